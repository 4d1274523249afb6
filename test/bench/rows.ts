/**
 * The size of the database after a first sync that sends every event, by table and index. Run
 * `npm run build` first. Argument: deliveries.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { measureRun, print, withOrg } from './measure.ts';

const BYTES_MIN = 100_000;
const deliveries = Number(process.argv[2] ?? 5_000);
await withOrg({ deliveries, contacts: 100, limits: 'no-limits' }, async (folder) => {
  liftLimits(join(folder, 'tenants', 'sandbox.yaml'));
  const { report } = await measureRun(folder, ['sync']);
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('.db'),
  );
  if (file === undefined) throw new Error(`no database in ${folder}`);
  const sqlite = new Sqlite(join(folder, file), { readonly: true });
  const sizes = sqlite
    .prepare('select name, sum(pgsize) as bytes from dbstat group by name order by 2 desc')
    .all() as { name: string; bytes: number }[];
  sqlite.close();
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  print(`${report.delivered} delivered events: ${perEvent(total)} bytes of database per event`);
  for (const { name, bytes } of sizes) {
    if (bytes >= BYTES_MIN) print(`  ${name}: ${perEvent(bytes)}`);
  }
});

function liftLimits(file: string): void {
  const text = readFileSync(file, 'utf8');
  const limits = '$&\n$1callsPerSecond: 1000\n$1callsPerDay: 10000000';
  writeFileSync(file, text.replace(/^( +)baseUrl: \S+$/m, limits));
}

function perEvent(bytes: number): string {
  return (bytes / deliveries).toFixed(0);
}
