import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { inject } from 'vitest';

/** Calls to the driver of PostgreSQL in this process that have not returned yet. */
let pending = 0;

let idle = Promise.withResolvers<void>();
idle.resolve();

/** Waits until no statement of PostgreSQL is running: a virtual clock must not jump before. */
export async function postgresIdle(): Promise<void> {
  while (pending > 0) {
    await idle.promise;
    // Lets the work continue with what it received.
    await setImmediate();
  }
}

type Method = (...parameters: unknown[]) => unknown;

/** Counts the driver's own calls, below the project's code. */
function countCalls(prototype: Record<string, Method>, name: string): void {
  const original = prototype[name];
  if (original === undefined) throw new Error(`the driver has no ${name}`);
  prototype[name] = function counted(this: unknown, ...parameters: unknown[]) {
    const result = original.apply(this, parameters);
    if (!(result instanceof Promise)) return result;
    if (pending === 0) idle = Promise.withResolvers<void>();
    pending += 1;
    const end = () => {
      pending -= 1;
      if (pending === 0) idle.resolve();
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
