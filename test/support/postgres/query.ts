import { receiveMessageOnPort, Worker } from 'node:worker_threads';

/** What the thread receives, together with `signal` and the port for its reply. */
export interface Question {
  readonly url: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export type Reply = { readonly rows: readonly unknown[] } | { readonly failure: string };

const THREAD = new URL('../children/query.ts', import.meta.url);
const REPLY_MS_MAX = 60_000;

/** Set to 1 once the reply is there. */
const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const { port1: own, port2: other } = new MessageChannel();
let isStarted = false;

/**
 * Executes a statement on PostgreSQL while this thread waits, as tests of either database do. Each `?`
 * is a value. A thread of its own keeps the connections, and replaces those that the server closed.
 */
export function queryPostgres<Row>(url: string, sql: string, values: readonly unknown[]): Row[] {
  if (!isStarted) startThread();
  let number = 0;
  const text = sql.replace(/\?/g, () => {
    number += 1;
    return `$${number}`;
  });
  Atomics.store(signal, 0, 0);
  own.postMessage({ url, text, values } satisfies Question);
  Atomics.wait(signal, 0, 0, REPLY_MS_MAX);
  const reply = receiveMessageOnPort(own)?.message as Reply | undefined;
  if (reply === undefined) throw new Error(`PostgreSQL did not reply to: ${text}`);
  if ('failure' in reply) throw new Error(`${reply.failure}: ${text}`);
  return reply.rows as Row[];
}

function startThread(): void {
  isStarted = true;
  const thread = new Worker(THREAD, {
    workerData: { signal, port: other },
    transferList: [other as never],
  });
  // Neither keeps the process alive.
  thread.unref();
  own.unref();
}
