import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isProduct, nodesOf } from '../support/tidy/source.ts';
import { readProject } from '../support/tidy/tree.ts';
import { SABOTAGES } from './list.ts';
import { sabotaged } from './sabotage.ts';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

describe.each(SABOTAGES.map((each) => [each.name, each] as const))('%s', (_name, sabotage) => {
  const source = read(sabotage.file);

  test('changes one place, and the result is valid code', () => {
    const text = sabotaged(source, sabotage);
    expect(text).not.toBe(source);
    expect(() => [...nodesOf({ path: sabotage.file, text })]).not.toThrow();
  });

  test('names an existing test', () => {
    const { file, name } = sabotage.caughtBy;
    expect(read(file)).toContain(name);
  });
});

test('control: code that is not valid is an error', () => {
  expect(() => [...nodesOf({ path: 'src/invalid.ts', text: 'if (a) else b' })]).toThrow();
});

test('each sabotage has its own name, and its own change', () => {
  const names = SABOTAGES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const changes = SABOTAGES.map(({ file, find, put }) => JSON.stringify([file, find, put]));
  expect(new Set(changes).size).toBe(changes.length);
});

test('every lease check of the product is sabotaged', () => {
  const call = 'await guardLease(';
  const checks = readProject()
    .filter(isProduct)
    .flatMap(({ path, text }) =>
      text
        .split(call)
        .slice(1)
        .map(() => path),
    );
  const removed = SABOTAGES.filter(({ find, put }) => find.includes(call) && !put.includes(call));
  expect(removed.map(({ file }) => file).toSorted()).toEqual(checks.toSorted());
});

test.each([
  ['is missing', 'b'],
  ['occurs twice', 'a'],
])('a text that %s is an error', (_what, find) => {
  const { name, file, effect, caughtBy } = SABOTAGES[0] ?? expect.fail('the list is empty');
  const sabotage = { name, file, effect, caughtBy, find, put: 'c' };
  expect(() => sabotaged('a a', sabotage)).toThrow(`${file} has its text`);
});
