import { expect, test } from 'vitest';
import { keyOf, outcomeOf } from './outcome.ts';
import type { TestResult } from './run-tests.ts';

const passed: TestResult = { file: 'a.test.ts', name: 'one', status: 'passed', reason: '' };
const failed: TestResult = { ...passed, status: 'failed', reason: 'AssertionError: expected 1' };
const passing = new Set([keyOf(passed)]);

test('a test that fails without the guard catches the sabotage', () => {
  const other: TestResult = { ...passed, name: 'other' };
  expect(outcomeOf([other, failed], passing)).toEqual({ kind: 'caught', by: [failed] });
});

test('a sabotage survives if every test passes', () => {
  expect(outcomeOf([passed], passing)).toEqual({ kind: 'survived' });
});

test.each([
  ['no test ran', []],
  ['the test also fails with the guard', [{ ...failed, name: 'other' }]],
  ['the replacement is no valid program', [{ ...failed, reason: 'ReferenceError: a is not' }]],
])('nothing is caught if %s', (_what, results) => {
  expect(outcomeOf(results, passing)).toMatchObject({ kind: 'problem' });
});
