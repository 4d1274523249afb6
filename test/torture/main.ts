/**
 * Tortures the product, and prints a table of what it lost: `npm run torture -- --help`. Exits with 1
 * if anything was lost or doubled, or is another defect. It is not a test, because the long form
 * takes hours; torture.test.ts runs the short form.
 *
 * With the environment variable SABOTAGE (see test/support/preload/sabotage.ts), all processes run
 * without one of the product's guards: then an exit with 1 shows that the torture needs the guard.
 */
import { cpus } from 'node:os';
import { buildBundle } from '../support/build-bundle.ts';
import { refuse, toolInput, wholeNumber } from '../support/tool.ts';
import { isBundled, requireSabotage } from './children.ts';
import { data } from './data.ts';
import { killPart } from './kills.ts';
import type { TorturePart, TortureRow } from './part.ts';
import { secrets } from './secrets.ts';
import { formatTable } from './table.ts';
import { wire } from './wire.ts';
import { workers } from './workers.ts';

const SEEDS = 1_000_000;

const PARTS: Readonly<Record<string, TorturePart>> = {
  kills: (options) => killPart({ ...options, ...kills }),
  'kills-postgres': (options) => killPart({ ...options, ...kills, database: 'postgres' }),
  workers,
  wire,
  data,
  secrets,
};

const TOOL = {
  name: 'torture',
  help: `
  --part NAME   one of: ${Object.keys(PARTS).join(', ')} (default: all)
  --only TEXT   only the faults whose name contains it
  --kills N     of the parts kills and kills-postgres: at least N kills (default: 1000, short: any)
  --seed N      repeats the same history (default: a random one)
  --short       a form of a minute (default: --long)
`,
  options: {
    part: { type: 'string' },
    only: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
  },
} as const;

const { values } = toolInput(TOOL);
const numberOf = (flag: string, text: string, min = 1) => wholeNumber(TOOL, [flag, text], min);
const seed = values.seed === undefined ? Date.now() % SEEDS : numberOf('--seed', values.seed, 0);
const kills = values.kills === undefined ? {} : { kills: numberOf('--kills', values.kills) };
const parts = partsNamed(values.part);
requireSabotage();
if (isBundled) buildBundle();
const rows = await torture();
for (const line of formatTable(rows)) print(line);
for (const { fault, failures } of rows) for (const one of failures) print(`${fault}: ${one}`);
if (rows.some(isDefect)) process.exitCode = 1;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function partsNamed(name: string | undefined): (readonly [string, TorturePart])[] {
  if (name === undefined) return Object.entries(PARTS);
  const part = PARTS[name];
  if (part === undefined) refuse(TOOL.name, `there is no part "${name}"`);
  return [[name, part]];
}

function isDefect({ lost, doubled, failures }: TortureRow): boolean {
  return lost > 0 || doubled > 0 || failures.length > 0;
}

async function torture(): Promise<readonly TortureRow[]> {
  const { only } = values;
  print(`seed ${seed}, ${new Date().toISOString()}, ${cpus().length} × ${cpus()[0]?.model}`);
  const all: TortureRow[] = [];
  for (const [name, part] of parts) {
    const report = (line: string) => print(`${name}: ${line}`);
    const long = !values.short;
    all.push(...(await part({ seed, long, report, ...(only !== undefined && { only }) })));
  }
  return all;
}
