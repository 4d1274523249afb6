/**
 * Measures all figures, and how costs grow: `npm run bench -- --help`. It is not a test, because a
 * figure depends on the machine; bench.test.ts runs the short form, which fails only if something is
 * lost, refused, or counted wrong.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundle } from '../support/build-bundle.ts';
import { refuse, toolInput, wholeNumber } from '../support/tool.ts';
import { BENCHES } from './benches.ts';
import { type ChartTheme, figureChart } from './chart.ts';
import type { Figure } from './figure.ts';
import { type Growth, growth } from './growth.ts';
import { machineNow, machineText } from './machine.ts';
import { print } from './measure.ts';
import { FULL, SHORT, type Sizes } from './sizes.ts';
import { figureTable, growthTable } from './table.ts';

const GROWTH = 'growth';
const NAMES = [...Object.keys(BENCHES), GROWTH];
const MOST_EVENTS = 10_000_000;
const TOOL = {
  name: 'bench',
  help: `
  --only NAME     one of: ${NAMES.join(', ')} (repeatable; default: all)
  --runs N        runs of each figure, an odd number (default: 5)
  --short         a form of a minute: shows that each benchmark works, and no speed
  --most          also shows the growth at ${MOST_EVENTS.toLocaleString('en-US')} events
  --json FILE     writes the results as JSON
  --chart FOLDER  writes bench-light.svg and bench-dark.svg
`,
  options: {
    only: { type: 'string', multiple: true, default: NAMES },
    runs: { type: 'string' },
    short: { type: 'boolean', default: false },
    most: { type: 'boolean', default: false },
    json: { type: 'string' },
    chart: { type: 'string' },
  },
} as const;

const { values } = toolInput(TOOL);

const sizes = chosenSizes();
for (const name of values.only) {
  if (!NAMES.includes(name)) refuse(TOOL.name, `there is no benchmark "${name}"`);
}
buildBundle();
const startedAt = performance.now();
await bench();

async function bench(): Promise<void> {
  const machine = machineNow();
  print(machineText(machine));
  const figures = await measureFigures();
  const isGrowthChosen = values.only.includes(GROWTH);
  const costs = isGrowthChosen ? await growth(sizes.growth, report) : [];
  printTables(figures, costs);
  if (values.json !== undefined) {
    const results = { machine, runs: sizes.runs, figures, growth: costs };
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  if (values.chart !== undefined) writeCharts(values.chart, figures);
}

function chosenSizes(): Sizes {
  const usual = values.short ? SHORT : FULL;
  const { growth: events } = usual;
  return {
    ...usual,
    ...(values.runs !== undefined && { runs: oddNumber('--runs', values.runs) }),
    ...(values.most && { growth: [...events, MOST_EVENTS] }),
  };
}

/** The median of an even number of runs would be none of them. */
function oddNumber(flag: string, text: string): number {
  const value = wholeNumber(TOOL, [flag, text]);
  return value % 2 === 1 ? value : refuse(TOOL.name, `${flag} is an odd number, not "${text}"`);
}

async function measureFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(BENCHES)) {
    if (!values.only.includes(name)) continue;
    report(name);
    figures.push(...(await measure(sizes)));
  }
  return figures;
}

function printTables(figures: readonly Figure[], costs: readonly Growth[]): void {
  if (figures.length > 0) print(['', ...figureTable(figures)].join('\n'));
  if (costs.length > 0) print(['', ...growthTable(costs)].join('\n'));
}

function writeCharts(folder: string, figures: readonly Figure[]): void {
  mkdirSync(folder, { recursive: true });
  for (const theme of ['light', 'dark'] satisfies ChartTheme[]) {
    writeFileSync(join(folder, `bench-${theme}.svg`), figureChart(figures, theme));
  }
}

/** Progress, which is not a result. */
function report(line: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`${seconds} s: ${line}\n`);
}
