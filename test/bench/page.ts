/**
 * The operator page over a database of many events, as a browser reads it: the median of warm
 * requests over HTTP, and of requests for which nothing was kept from an earlier one. The second
 * figure is what a reader gets after a start, or once what was kept is too old.
 *
 * `node test/bench/page.ts 1000000`
 */
import { startWebWorld } from '../support/web-world.ts';
import { median } from './figure.ts';
import { factsOf, indexAllEvents, TITLE_NUMBERS, writeManyEvents } from './many-events.ts';
import { print } from './measure.ts';

const PASSES = 9;
const DAY_MS = 24 * 60 * 60_000;
const DAYS = 180;
/** longer than anything read is kept */
const FORGET_MS = 10 * 60_000;
const HTML = { accept: 'text/html' } as const;

const count = Number(process.argv[2] ?? 100_000);

await using world = await startWebWorld({ seed: () => {}, schedule: '0 2 * * *' });
const { tenant } = world.tenant;
const { db } = world.context;
const { clock } = world.sandbox;
const startedAt = performance.now();
await writeManyEvents(db, {
  tenant,
  count,
  start: clock.now() - DAYS * DAY_MS,
  everyMs: Math.floor((DAYS * DAY_MS) / count),
});
await indexAllEvents(db);
const seconds = Math.round((performance.now() - startedAt) / 1_000);
print(
  `${count.toLocaleString('en-US')} events of ${DAYS} days, written and indexed in ${seconds} s`,
);

interface Measured {
  readonly ms: number;
  /** of server and client together; it does not depend on what else the machine does */
  readonly processorMs: number;
  readonly bytes: number;
}

async function request(path: string): Promise<Measured> {
  const start = performance.now();
  const processor = process.cpuUsage();
  const { status, text } = await world.send(path, { headers: HTML });
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return { ms, processorMs: (user + system) / 1_000, bytes: text.length };
}

async function measure(what: string, path: string): Promise<void> {
  const warm: Measured[] = [];
  const unkept: Measured[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    clock.advance(FORGET_MS);
    unkept.push(await request(path));
    warm.push(await request(path));
  }
  const bytes = warm.at(-1)?.bytes.toLocaleString('en-US');
  print(`${what}: ${timesOf(warm)}, with nothing kept ${timesOf(unkept)}; ${bytes} bytes`);
}

function timesOf(all: readonly Measured[]): string {
  const ms = median(all.map((each) => each.ms)).toFixed(1);
  const processorMs = median(all.map((each) => each.processorMs)).toFixed(1);
  return `${ms} ms (processor ${processorMs} ms)`;
}

const middle = Math.floor(count / 2);
const { eventId, contentId, buyer } = factsOf(middle);
const words = encodeURIComponent(`contract ${middle % TITLE_NUMBERS}`);
const PAGES: Readonly<Record<string, string>> = {
  'the tenants': '/',
  'one tenant': `/tenants/${tenant}`,
  'the events': '/events',
  'the events in a state': '/events?state=rejected',
  'the events with a reason': '/events?reason=link-only',
  'the events of a person': `/events?q=${encodeURIComponent(buyer)}`,
  'the events by words': `/events?q=${words}`,
  'one event': `/events/${tenant}/${encodeURIComponent(eventId)}`,
  'the metrics': '/metrics',
  'the status as JSON': '/api/status',
  'explain by the ID of a document': `/api/explain?q=${contentId}`,
  'explain by the ID of an event': `/api/explain?q=${encodeURIComponent(eventId)}`,
  'explain by an address': `/api/explain?q=${encodeURIComponent(buyer)}`,
  'explain by an unknown address': `/api/explain?q=${encodeURIComponent('no@customer.example')}`,
  'explain by words of a title': `/api/explain?q=${words}`,
  'explain by common words': '/api/explain?q=contract%20offer',
};
for (const [what, path] of Object.entries(PAGES)) await measure(what, path);
