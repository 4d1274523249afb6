/** A thread that executes statements on PostgreSQL for one that waits: see ../postgres/query.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { type MessagePort, workerData } from 'node:worker_threads';
import pg from 'pg';
import type { NumberedReply, Question, Reply } from '../postgres/query.ts';

const BIGINT = 20;
const RETRY_MS = 50;
/** All shorter than the other thread waits, so that its test fails with the reason. */
const CONNECT_MS_MAX = 10_000;
const REPEAT_MS_MAX = 15_000;
const LOCK_MS_MAX = 20_000;
const STATEMENT_MS_MAX = 25_000;
const SETTINGS = Object.entries({
  search_path: 'sharetrail',
  lock_timeout: LOCK_MS_MAX,
  statement_timeout: STATEMENT_MS_MAX,
});

const { replied, port } = workerData as {
  readonly replied: Int32Array;
  readonly port: MessagePort;
};
const clients = new Map<string, pg.Client>();
pg.types.setTypeParser(BIGINT, Number);

async function clientOf(url: string): Promise<pg.Client> {
  const known = clients.get(url);
  if (known !== undefined) return known;
  const client = new pg.Client({
    connectionString: url,
    options: SETTINGS.map(([name, value]) => `-c ${name}=${value}`).join(' '),
    connectionTimeoutMillis: CONNECT_MS_MAX,
  });
  const forget = () => clients.delete(url);
  client.on('error', forget);
  client.on('end', forget);
  await client.connect();
  clients.set(url, client);
  return client;
}

/** Repeats what a restart of the server interrupts. */
async function rowsOf({ url, text, values }: Question): Promise<readonly unknown[]> {
  const end = performance.now() + REPEAT_MS_MAX;
  for (;;) {
    try {
      const client = await clientOf(url);
      return (await client.query(text, [...values])).rows;
    } catch (error) {
      if (!isPassing(error) || performance.now() >= end) throw error;
      clients.delete(url);
      await delay(RETRY_MS);
    }
  }
}

/** The server is starting or stopping, or the connection broke: no other failure lacks an SQLSTATE. */
function isPassing(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === undefined || code.startsWith('57P') || code.startsWith('E');
}

port.on('message', async (question: Question) => {
  const reply = await rowsOf(question).then(
    (rows): Reply => ({ rows }),
    (error: unknown): Reply => ({ failure: String(error) }),
  );
  const { number } = question;
  port.postMessage({ number, ...reply } satisfies NumberedReply);
  // The reply to an earlier question can be later.
  if (Atomics.load(replied, 0) < number) Atomics.store(replied, 0, number);
  Atomics.notify(replied, 0);
});
