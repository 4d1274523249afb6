import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';

export interface StatementRecord {
  /** the text of each compiled statement, once per compilation */
  readonly prepared: string[];
  /** the text of each executed statement, in order, over all connections of this process */
  readonly executed: string[];
}

/**
 * Records SQLite's own statements, below the project's code, until the test ends. Does not see
 * executions of a statement that its connection compiled before.
 */
export function recordStatements(): StatementRecord {
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
