import { receiveMessageOnPort, Worker } from 'node:worker_threads';
import { waitForNumber } from './wait-for-number.ts';

/** What the thread receives, together with the counter and the port for its reply. */
export interface Question {
  readonly number: number;
  readonly url: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export type Reply = { readonly rows: readonly unknown[] } | { readonly failure: string };
export type NumberedReply = Reply & Pick<Question, 'number'>;

const THREAD = new URL('../children/query.ts', import.meta.url);
const REPLY_MS_MAX = 60_000;

/** The number of the last question that has a reply. */
const replied = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const { port1: own, port2: other } = new MessageChannel();
let isStarted = false;
let asked = 0;

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
  asked += 1;
  own.postMessage({ number: asked, url, text, values } satisfies Question);
  const isInTime = waitForNumber(replied, asked, REPLY_MS_MAX);
  const reply = isInTime ? replyTo(asked) : undefined;
  if (reply === undefined) throw new Error(`PostgreSQL did not reply to: ${text}`);
  if ('failure' in reply) throw new Error(`${reply.failure}: ${text}`);
  return reply.rows as Row[];
}

/** Passes over the late replies to earlier questions. */
function replyTo(number: number): Reply | undefined {
  for (;;) {
    const reply = receiveMessageOnPort(own)?.message as NumberedReply | undefined;
    if (reply === undefined || reply.number === number) return reply;
  }
}

function startThread(): void {
  isStarted = true;
  const thread = new Worker(THREAD, {
    workerData: { replied, port: other },
    transferList: [other as never],
  });
  // Neither keeps the process alive.
  thread.unref();
  own.unref();
}
