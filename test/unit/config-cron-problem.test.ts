import fc from 'fast-check';
import { parse, validate } from 'node-cron';
import { describe, expect, test } from 'vitest';
import { cronProblem } from '../../src/config/cron-problem.ts';

const EVERY = ['*', '*', '*', '*', '*'];
const WEEKDAY = 4;
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

describe('ranges and steps of a schedule', () => {
  test.each([
    ['*/15 2 * * *'],
    ['*/60 */24 * * *'],
    ['5-5 2 * * *'],
    ['0,30 8-18/2 * * mon-fri'],
    ['0 2 L,15W * *'],
    ['0 2 * * 1#2'],
    ['0 2 * * 5L'],
    ['0 2 ? * ?'],
    ['0 2 * January-March *'],
  ])('%s is accepted', (expression) => {
    expect(validate(expression)).toBe(true);
    expect(cronProblem(expression)).toBeUndefined();
  });

  test.each([
    ['mon-sun', [0, 1, 2, 3, 4, 5, 6]],
    ['Saturday-Sunday', [0, 6]],
    ['6-0', [0, 6]],
    ['5-7', [0, 5, 6]],
    ['0-7', [0, 1, 2, 3, 4, 5, 6]],
    ['7-1', [0, 1]],
    ['sun-wed/2', [0, 2]],
  ])('Sunday begins or ends the week of %s', (weekdays, days) => {
    const expression = `0 2 * * ${weekdays}`;
    expect(cronProblem(expression)).toBeUndefined();
    expect(parse(expression).dayOfWeek.toSorted()).toEqual(days);
  });

  test.each([
    ['0 22-2 * * *', '22-23,0-2'],
    ['0 23-5/2 * * *', '23,0-5'],
    ['0 22-0 * * *', '22-23,0'],
    ['0 2 28-3 * *', '28-31,1-3'],
    ['0 2 * nov-feb *', 'nov-dec,jan-feb'],
    ['0 2 * * 1,5-1', '5-6,0-1'],
    ['0 2 * * Friday-Monday', 'Friday-sat,sun-Monday'],
  ])('%s runs backward', (expression, instead) => {
    expect(validate(expression)).toBe(true);
    expect(cronProblem(expression)).toMatch(`expected ${instead} instead of the range `);
  });

  test.each([
    ['*/61 2 * * *', 60],
    ['0 */25 * * *', 24],
    ['0 2 */32 * *', 31],
    ['0 2 * */13 *', 12],
    ['0 2 * * */8', 7],
    ['0-10/20 2 * * *', 11],
    ['0 2 * * fri-sun/4', 3],
  ])('%s has a step that is too large', (expression, size) => {
    expect(validate(expression)).toBe(true);
    expect(cronProblem(expression)).toMatch(`expected a step of at most ${size} in `);
  });

  test('what replaces a backward range means the same and is accepted', () => {
    fc.assert(
      fc.property(fc.oneof(...FIELDS.map(rangeOf)), ({ index, from, to }) => {
        const backward = EVERY.with(index, `${from}-${to}`).join(' ');
        const problem = cronProblem(backward);
        const endsOnSunday = index === WEEKDAY && to === 0;
        expect(problem !== undefined).toBe(from > to && !endsOnSunday);
        if (problem === undefined) return;
        const instead = EVERY.with(index, problem.split(' ')[1] ?? '').join(' ');
        expect(cronProblem(instead)).toBeUndefined();
        expect(sorted(instead)).toEqual(sorted(backward));
      }),
    );
  });
});

function rangeOf([min, max]: readonly [number, number], index: number) {
  const value = fc.integer({ min, max });
  return fc.record({ index: fc.constant(index), from: value, to: value });
}

function sorted(expression: string) {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(expression);
  return [minute, hour, dayOfMonth, month, dayOfWeek].map((values) => values.toSorted());
}
