import { expect, test } from 'vitest';
import { type CliWorld, startCliWorld, writeConfigFile } from '../support/cli-world.ts';

test('--log-level overrides log.level of the configuration', async () => {
  await using world = await startCliWorld();
  writeConfigFile(
    world,
    'sharetrail.yaml',
    'database: sqlite:./sharetrail.db\nlog: {level: warn}\n',
  );
  expect(await levelsOf(world, 'sync')).toEqual([]);
  expect(await levelsOf(world, 'sync --log-level info')).toEqual(['info']);
  expect(await levelsOf(world, '--log-level debug sync')).toContain('debug');
  expect(await levelsOf(world, 'sync --log-level silent')).toEqual([]);
});

test('--log-level takes only a level', async () => {
  await using world = await startCliWorld();
  const { code, stderr } = await world.run('sync --log-level loud');
  expect(code).toBe(2);
  expect(stderr).toContain('"loud" is not a value of "--log-level"');
  expect(stderr).toContain('It must be one of debug, info, warn, error, silent.');
});

/** The levels of the lines that the command logs, each once. */
async function levelsOf(world: CliWorld, words: string): Promise<string[]> {
  const { code, stderr } = await world.run(words);
  expect(code).toBe(0);
  const lines = stderr.split('\n').filter((line) => line !== '');
  return [...new Set(lines.map((line) => String(JSON.parse(line).level)))];
}
