import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { figureChart } from './chart.ts';
import { atLeast, atMostOfFloor, type Figure, figureOf } from './figure.ts';
import type { Growth } from './growth.ts';
import { paceOf } from './pacing.ts';
import { figureTable, growthTable } from './table.ts';

const ALL = fileURLToPath(new URL('all.ts', import.meta.url));
const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
/** shorter than the test's, so that the test sees what the process wrote */
const TIMEOUT_MS = 280_000;

describe('the short form of `npm run bench`', () => {
  test('measures every figure and cost, and loses and doubles nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sharetrail-bench-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const json = join(folder, 'results.json');
    const { stdout } = await promisify(execFile)(
      NODE,
      [ALL, '--short', '--json', json, '--chart', folder],
      { env: { ...process.env, BENCH_PROGRAM: 'sources' }, timeout: TIMEOUT_MS },
    );
    const { figures, growth } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly figures: Figure[];
      readonly growth: Growth[];
    };
    expect(figures.length).toBeGreaterThan(15);
    expect(growth.length).toBeGreaterThan(14);
    for (const { title, value, floor } of figures) {
      expect(value, title).toBeGreaterThan(0);
      expect(floor.value, title).toBeGreaterThan(0);
      expect(stdout).toContain(`| ${title} |`);
    }
    for (const { cost, points } of growth) {
      expect(points, cost).toHaveLength(2);
      expect(stdout).toContain(`| ${cost} |`);
    }
    expect(readdirSync(folder).toSorted()).toEqual([
      'bench-dark.svg',
      'bench-light.svg',
      'results.json',
    ]);
  });

  test('control: it fails if calls are sent faster than Gong allows', async () => {
    vi.stubEnv('BENCH_PROGRAM', 'sources');
    const tooFast = paceOf({ events: 12, configured: 12 });
    await expect(tooFast).rejects.toThrow(/^\d+ calls in one second$/);
  });
});

const FIGURE = figureOf({
  title: 'push & <send>',
  unit: 'a second',
  runs: [300, 100, 200],
  floor: { what: 'the client', value: 400 },
  goals: [atLeast(200), atMostOfFloor(0.4)],
});

describe('a figure', () => {
  test('is the median of its runs, next to its floor and its goals', () => {
    expect(FIGURE.value).toBe(200);
    expect(figureTable([FIGURE]).at(-1)).toBe(
      '| push & <send> | 200 a second | 100 to 300 | 400 a second: the client | 50 % | ' +
        '≥ 200 a second, ≤ 40 % of the floor | met, missed |',
    );
  });

  test.each(['light', 'dark'] as const)('is a valid picture on a %s page', (theme) => {
    const chart = figureChart([FIGURE], theme);
    expect(chart).toContain('push &amp; &lt;send>');
    const widthOf = (bar: string) =>
      Number(new RegExp(`class="${bar}"[^>]* width="([0-9.]+)"`).exec(chart)?.[1]);
    expect(widthOf('value') / widthOf('floor')).toBeCloseTo(0.5, 2);
    expect(chart).not.toContain('NaN');
  });
});

test('costs are listed by the number of events', () => {
  const points = [
    { events: 1_000, milliseconds: 2 },
    { events: 10_000, milliseconds: 20 },
  ];
  expect(growthTable([{ cost: 'status', points, verdict: '10 × for 10 × as many' }])).toEqual([
    '| processor time in ms | 1,000 events | 10,000 events | grows |',
    '| --- | --- | --- | --- |',
    '| status | 2 | 20 | 10 × for 10 × as many |',
  ]);
});
