import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expectCount } from './figure.ts';

/** The calls that the simulated Google received, by method. */
export type Calls = Readonly<Record<string, number>>;

export async function callsOf(google: string): Promise<Calls> {
  const response = await fetch(`${google}/_sandbox/state`);
  const { calls } = (await response.json()) as { calls: { byMethod: Calls } };
  return calls.byMethod;
}

export async function resetCalls(google: string): Promise<void> {
  await fetch(`${google}/_sandbox/reset`, { method: 'POST' });
}

/** Requests for tokens are not calls, and a batch counts as the calls in it. */
export function expectCalls(calls: Calls, expected: Calls): void {
  for (const name of Object.keys({ ...calls, ...expected })) {
    if (name === 'token' || name === 'batch') continue;
    expectCount(name, calls[name], expected[name] ?? 0);
  }
}

/** Expects one row per outside grant, and no other rows. */
export function expectGrants(folder: string, count: number): void {
  const db = new Sqlite(join(folder, 'sharetrail.db'), { readonly: true });
  const sql = "select count(*) from 'grant' union all select count(distinct item) from 'grant'";
  for (const found of db.prepare(sql).pluck().all()) expectCount('grants', Number(found), count);
  db.close();
}

/** Pages of a list; an empty list is one empty page. */
export function pages(rows: number, perPage: number): number {
  return Math.max(1, Math.ceil(rows / perPage));
}
