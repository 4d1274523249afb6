import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { ON_SQLITE } from './database.ts';
import { statementText } from './postgres/statement-text.ts';

/** The statement that begins a transaction. */
export const BEGIN = ON_SQLITE ? 'begin immediate' : 'begin';

export interface StatementRecord {
  /** the text of each compiled statement, once per compilation */
  readonly prepared: string[];
  /** the text of each executed statement, in order, over all connections of this process */
  readonly executed: string[];
}

/**
 * Records the statements that SQLite or PostgreSQL receives, below the project's code, until the test
 * ends. Does not see executions of a statement that its connection to SQLite compiled before.
 */
export function recordStatements(): StatementRecord {
  return ON_SQLITE ? recordSqlite() : recordPostgres();
}

/** The server compiles each of them. */
function recordPostgres(): StatementRecord {
  const record: StatementRecord = { prepared: [], executed: [] };
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function recorded(this: pg.Client, ...parameters: unknown[]) {
    const text = statementText(parameters[0]);
    if (text !== undefined) {
      record.prepared.push(text);
      record.executed.push(text);
    }
    return Reflect.apply(query, this, parameters);
  } as typeof query;
  onTestFinished(() => {
    pg.Client.prototype.query = query;
  });
  return record;
}

function recordSqlite(): StatementRecord {
  const record: StatementRecord = { prepared: [], executed: [] };
  const prepare = Sqlite.prototype.prepare;
  Sqlite.prototype.prepare = function recorded(this: Sqlite.Database, sql: string) {
    record.prepared.push(sql);
    return watched(prepare.call(this, sql), () => record.executed.push(sql));
  } as typeof prepare;
  onTestFinished(() => {
    Sqlite.prototype.prepare = prepare;
  });
  return record;
}

function watched(statement: Sqlite.Statement, onExecute: () => void): Sqlite.Statement {
  return new Proxy(statement, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        onExecute();
        return value.apply(target, parameters);
      };
    },
  });
}
