/**
 * Tortures the product, and prints a table of what it lost: `npm run torture -- --help`. Exits with 1
 * if anything was lost or doubled, or is another defect. It is not a test, because the long form
 * takes most of an hour; torture.test.ts runs the short form.
 *
 * With the environment variable SABOTAGE (see test/support/preload/sabotage.ts), all processes run
 * without one of the product's guards: then an exit with 1 shows that the torture needs the guard.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { requireSabotage } from './children.ts';
import { data } from './data.ts';
import { killPart } from './kills.ts';
import type { TorturePart, TortureRow } from './part.ts';
import { secrets } from './secrets.ts';
import { formatTable } from './table.ts';
import { wire } from './wire.ts';
import { workers } from './workers.ts';

const HELP = `Usage: npm run torture -- [options]

  --part NAME   one of the parts: PARTS (default: all)
  --only TEXT   only the faults whose name contains it
  --kills N     of the parts kills and kills-postgres: at least N kills (default: 1000, short: any)
  --seed N      repeats the same history (default: a random one)
  --short       a form of a minute (default: --long)
`;
const SEEDS = 1_000_000;

const { values } = parseArgs({
  options: {
    part: { type: 'string' },
    only: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const kills = values.kills === undefined ? {} : { kills: Number(values.kills) };

const PARTS: Readonly<Record<string, TorturePart>> = {
  kills: (options) => killPart({ ...options, ...kills }),
  'kills-postgres': (options) => killPart({ ...options, ...kills, database: 'postgres' }),
  workers,
  wire,
  data,
  secrets,
};

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function partsNamed(name: string | undefined): (readonly [string, TorturePart])[] {
  if (name === undefined) return Object.entries(PARTS);
  const part = PARTS[name];
  if (part === undefined) throw new Error(`there is no part ${name}: ${Object.keys(PARTS)}`);
  return [[name, part]];
}

function isDefect({ lost, doubled, failures }: TortureRow): boolean {
  return lost > 0 || doubled > 0 || failures.length > 0;
}

async function torture(): Promise<readonly TortureRow[]> {
  const seed = Number(values.seed ?? Date.now() % SEEDS);
  const { only } = values;
  print(`seed ${seed}, ${new Date().toISOString()}, ${cpus().length} × ${cpus()[0]?.model}`);
  const rows: TortureRow[] = [];
  for (const [name, part] of partsNamed(values.part)) {
    const report = (line: string) => print(`${name}: ${line}`);
    const long = !values.short;
    rows.push(...(await part({ seed, long, report, ...(only !== undefined && { only }) })));
  }
  return rows;
}

if (values.help) {
  print(HELP.replace('PARTS', Object.keys(PARTS).join(', ')));
} else {
  requireSabotage();
  const rows = await torture();
  for (const line of formatTable(rows)) print(line);
  for (const { fault, failures } of rows) for (const one of failures) print(`${fault}: ${one}`);
  if (rows.some(isDefect)) process.exitCode = 1;
}
