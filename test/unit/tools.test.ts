import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PROCESS_LIMIT } from '../support/process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/**
 * The scripts that are a program of the tests: those take options after `--`. Nothing runs before one,
 * so that its --help is immediate.
 */
const TOOLS = Object.entries(scripts).flatMap(([name, command]) => {
  const [, file] = /^(?:[A-Z_]+=\S+ )?node (test\/\S+\.ts)$/.exec(command) ?? [];
  return file === undefined ? [] : [[name, file] as const];
});

function run(file: string, ...words: readonly string[]) {
  const options = { ...PROCESS_LIMIT, cwd: ROOT, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...words], options);
  return { status, stdout, stderr };
}

test('the tools are known', () => {
  const names = TOOLS.map(([name]) => name);
  expect(names.toSorted()).toEqual(['bench', 'sabotage', 'screenshots', 'simulate', 'torture']);
});

test.each(TOOLS)('npm run %s -- --help prints the usage, and does nothing', (name, file) => {
  const { status, stdout, stderr } = run(file, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split('\n')[0]).toMatch(new RegExp(`^Usage: npm run ${name} -- \\[options\\]`));
  expect(stdout).toMatch(/^ {2}\S.*\(default: /m);
});

test.each(TOOLS)('npm run %s refuses an unknown option in one sentence', (name, file) => {
  expect(run(file, '--no-such-option')).toEqual({
    status: 2,
    stdout: '',
    stderr: `unknown option '--no-such-option': see \`npm run ${name} -- --help\`.\n`,
  });
});

test.each([
  ['bench', ['--only', 'none'], 'there is no benchmark "none"'],
  ['bench', ['--runs', '4'], '--runs is an odd number, not "4"'],
  ['sabotage', ['--jobs', '0'], '--jobs is a whole number of at least 1, not "0"'],
  ['screenshots', ['one', 'two'], 'there is more than one folder'],
  ['simulate', ['stray'], "unexpected argument 'stray'"],
  ['simulate', ['--days'], "option '--days <value>' argument missing"],
  ['torture', ['--seed', '-1'], "option '--seed' argument is ambiguous"],
])('npm run %s -- %j is refused', (name, words, problem) => {
  const file = TOOLS.find(([each]) => each === name)?.[1] ?? expect.fail(`no tool ${name}`);
  const { status, stdout, stderr } = run(file, ...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe(`${problem}: see \`npm run ${name} -- --help\`.\n`);
});
