import { createRequire } from 'node:module';
import { inject } from 'vitest';

/** Calls to the driver of PostgreSQL in this process that have not returned yet. */
let pending = 0;

/** True while the process waits for PostgreSQL: a virtual clock must not jump. */
export function isPostgresBusy(): boolean {
  return pending > 0;
}

type Method = (...parameters: unknown[]) => unknown;

/** Counts the driver's own calls, below the project's code. */
function countCalls(prototype: Record<string, Method>, name: string): void {
  const original = prototype[name];
  if (original === undefined) throw new Error(`the driver has no ${name}`);
  prototype[name] = function counted(this: unknown, ...parameters: unknown[]) {
    const result = original.apply(this, parameters);
    if (!(result instanceof Promise)) return result;
    pending += 1;
    const end = () => {
      pending -= 1;
    };
    result.then(end, end);
    return result;
  };
}

if (inject('postgres') !== undefined) {
  const driver = createRequire(import.meta.url)('pg');
  countCalls(driver.Client.prototype, 'query');
  countCalls(driver.Pool.prototype, 'connect');
  countCalls(driver.Pool.prototype, 'end');
}
