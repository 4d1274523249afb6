import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { definitions } from '../../src/cli/definitions.ts';

const SOURCE = join(import.meta.dirname, '../../src');
const names = definitions.map(({ name }) => name.split(' ')[0]);
/** A command in a hint that no backtick precedes: it would not be rendered as the user types it. */
const BARE_COMMAND = new RegExp(`hint:[^\\n]*[^\`]sharetrail (?:${names.join('|')})\\b`);

function bareCommandIn(text: string): string | undefined {
  return BARE_COMMAND.exec(text)?.[0];
}

test('a command in a hint, outside backticks, is found', () => {
  expect(bareCommandIn("hint: 'Write one: sharetrail sync'")).toBe(
    "hint: 'Write one: sharetrail sync",
  );
  expect(bareCommandIn("hint: 'Write one: `sharetrail sync`.'")).toBeUndefined();
});

test('hints name commands in backticks, so that they are rendered as the user types them', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  const bare = files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('definition.ts'))
    .flatMap((file) => {
      const found = bareCommandIn(readFileSync(join(SOURCE, file), 'utf8'));
      return found === undefined ? [] : [`${file}: ${found}`];
    });
  expect(bare).toEqual([]);
});
