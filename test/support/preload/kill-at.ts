// Loaded before the program: kills or suspends it at a statement of its database.
import { writeSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { statementText } from '../postgres/statement-text.ts';

/** Where to kill it: regular expressions for the text of a statement. */
export interface KillPoint {
  readonly at: string;
  readonly when: 'before' | 'after';
  /** only after this statement was executed */
  readonly since?: string;
  /** how many matching statements to let pass first */
  readonly skip?: number;
  /** default: SIGKILL */
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
}

const point = JSON.parse(process.env['KILL_POINT'] ?? '') as KillPoint;
const at = new RegExp(point.at);
const since = point.since === undefined ? undefined : new RegExp(point.since);
let armed = since === undefined;
let left = point.skip ?? 0;
let isOver = false;

function isReached(sql: string): boolean {
  if (!armed || !at.test(sql)) return false;
  left -= 1;
  return left < 0;
}

function die(): void {
  isOver = true;
  if (point.signal === 'SIGSTOP') writeSync(2, `suspended\n`);
  process.kill(process.pid, point.signal ?? 'SIGKILL');
}

/** The driver of PostgreSQL, if the program uses it. */
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
  const text = statementText(parameters[0]) ?? '';
  const reached = !isOver && isReached(text);
  if (reached && point.when === 'before') die();
  const result: unknown = Reflect.apply(query, this, parameters);
  if (!(result instanceof Promise)) return result;
  return result.then((rows: unknown) => {
    if (reached) die();
    if (since?.test(text)) armed = true;
    return rows;
  });
} as typeof query;

const memory = new Sqlite(':memory:');
const statements = Object.getPrototypeOf(memory.prepare('select 1')) as Sqlite.Statement;
memory.close();
for (const name of ['run', 'all'] as const) {
  const execute = statements[name] as (this: Sqlite.Statement, ...parameters: unknown[]) => never;
  statements[name] = function (this: Sqlite.Statement, ...parameters: unknown[]) {
    const reached = !isOver && isReached(this.source);
    if (reached && point.when === 'before') die();
    const result = execute.apply(this, parameters);
    if (reached) die();
    if (since?.test(this.source)) armed = true;
    return result;
  };
}
