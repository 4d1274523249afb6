import { execFileSync } from 'node:child_process';
import { type Plugin, rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import config from '../../rolldown.config.ts';

/** What the plugins of the bundle rewrite: imports of Node's modules, and characters beyond Latin-1. */
const MODULE = String.raw`
import process from 'node:process';
import events, { once as onceOf } from 'node:events';
import * as path from 'node:path';
import { join, sep } from 'node:path';
const texts = ['–', '\–', '\\–', ${'`…\\…\\\\…`'}, '😀'];
const matches = [/^–$/, /^\–$/, /^\\–$/, /^[…–]$/].map((pattern) => texts.filter((text) => pattern.test(text)));
const faces = [/^[😀-😎]$/u.test('😃'), /^\p{Emoji}$/u.test('😃')];
const names = [typeof process.exit, events.name, onceOf.name, path.basename('/a/b'), join('a', sep, 'b')];
console.log(JSON.stringify({ texts, matches, faces, names }));
`;

const virtual: Plugin = {
  name: 'virtual',
  resolveId: (id) => (id === 'entry' ? id : null),
  load: (id) => (id === 'entry' ? MODULE : null),
};

function printedBy(code: string): unknown {
  const args = ['--input-type=module', '--eval', code];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('the bundle of a module does what the module does', async () => {
  const plugins = [virtual, config.plugins];
  const bundle = await rolldown({ input: 'entry', platform: 'node', plugins });
  const { output } = await bundle.generate();
  const [{ code }] = output;
  expect(code).not.toMatch(/^import /m);
  expect(code).not.toMatch(/[^\0-\xff]/);
  const printed = printedBy(MODULE);
  expect(printed).toMatchObject({ names: ['function', 'EventEmitter', 'once', 'b', 'a/b'] });
  expect(printedBy(code)).toEqual(printed);
});
