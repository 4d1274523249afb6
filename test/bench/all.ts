/**
 * Measures all figures, and how costs grow: `npm run bench -- --help`. It is not a test, because a
 * figure depends on the machine; bench.test.ts runs the short form, which fails only if something is
 * lost, refused, or counted wrong.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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
const HELP = `Usage: npm run bench -- [options]

  --only NAME     one of: ${NAMES.join(', ')} (repeatable; default: all)
  --runs N        runs of each figure, an odd number (default: 5)
  --short         a form of a minute: shows that each benchmark works, and no speed
  --most          also shows the growth at ${MOST_EVENTS.toLocaleString('en-US')} events
  --json FILE     writes the results as JSON
  --chart FOLDER  writes bench-light.svg and bench-dark.svg
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: NAMES },
    runs: { type: 'string' },
    short: { type: 'boolean', default: false },
    most: { type: 'boolean', default: false },
    json: { type: 'string' },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const startedAt = performance.now();

if (values.help) process.stdout.write(HELP);
else await bench();

async function bench(): Promise<void> {
  for (const name of values.only) {
    if (!NAMES.includes(name)) throw new Error(`there is no benchmark ${name}: ${NAMES}`);
  }
  const machine = machineNow();
  print(machineText(machine));
  const sizes = chosenSizes();
  const figures = await measureFigures(sizes);
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
  const sizes = values.short ? SHORT : FULL;
  const { growth: events } = sizes;
  return {
    ...sizes,
    ...(values.runs !== undefined && { runs: Number(values.runs) }),
    ...(values.most && { growth: [...events, MOST_EVENTS] }),
  };
}

async function measureFigures(sizes: Sizes): Promise<Figure[]> {
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
