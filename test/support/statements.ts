import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';

export interface StatementRecord {
  /** each text that was compiled, as often as it was */
  readonly prepared: string[];
  /** each text that was carried out, in order, over all connections of this process */
  readonly executed: string[];
}

/**
 * Watches SQLite itself, below everything that the project puts on top, until the test ends.
 * A connection that has compiled a statement before is not seen to carry that one out.
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
