import type { Outcome, RunReport } from '../../src/db/run-report.ts';
import type { Database } from '../../src/db/schema.ts';
import { type NewEvent, PRIORITY } from '../../src/outbox/outbox-event.ts';
import type { State } from '../../src/outbox/states.ts';
import { insertEvents } from '../../src/outbox/write-events.ts';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { newEvent } from '../support/events.ts';

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const RUN_MS = 41_000;
const DAYS = 30;
const WEEKEND = [0, 6];

/** What one tenant's last month looked like. */
export interface History {
  readonly tenant: string;
  /** average shares of a working day */
  readonly sharesPerDay: number;
  /** the start of the last run, which the other nights' runs precede by whole days */
  readonly lastRunAt: number;
  /** events of the last day in another state than delivered */
  readonly lastDay?: Partial<Readonly<Record<State, number>>>;
  /** how the last run ended; default: ok */
  readonly lastRun?: { readonly outcome: Outcome; readonly errors: RunReport['errors'] };
  /** what Gong responded to the rejected events */
  readonly rejection?: string;
}

const TITLES = [
  'Master agreement',
  'Security overview',
  'Price list 2027',
  'Pilot plan',
  'Renewal offer',
  'Statement of work',
  'Reference architecture',
  'Onboarding guide',
];
const PEOPLE = ['amara', 'bruno', 'celia', 'dario', 'elif', 'frida', 'gustav', 'hana'];
const CUSTOMERS = ['lindqvist', 'montaigne', 'norrland', 'oakridge', 'pellegrini', 'ravenna'];

/** Writes a month of events and runs. The same call always writes the same rows. */
export async function writeHistory(db: Database, history: History): Promise<void> {
  const random = createRandom(history.sharesPerDay);
  for (let daysAgo = DAYS; daysAgo >= 1; daysAgo -= 1) {
    const runAt = history.lastRunAt - (daysAgo - 1) * DAY_MS;
    const isWorkday = !WEEKEND.includes(new Date(runAt - DAY_MS).getUTCDay());
    const average = isWorkday ? history.sharesPerDay : history.sharesPerDay / 12;
    const count = Math.round(average * (0.6 + 0.8 * random()));
    const states = statesOf(count, daysAgo === 1 ? history.lastDay : undefined);
    const events = states.map((state, index) => eventOf({ history, state, index, random, runAt }));
    await writeDay(db, { tenant: history.tenant, runAt, events });
    await writeRun(db, { history, runAt, states, isLast: daysAgo === 1 });
  }
}

function statesOf(count: number, others: History['lastDay'] = {}): State[] {
  const special = (Object.entries(others) as [State, number][]).flatMap(([state, events]) =>
    Array.from({ length: events }, () => state),
  );
  const skipped = Array.from({ length: Math.round(count / 9) }, () => 'skipped' as const);
  const delivered = Array.from({ length: count }, () => 'delivered' as const);
  return [...delivered, ...skipped, ...special];
}

function eventOf(day: {
  readonly history: History;
  readonly state: State;
  readonly index: number;
  readonly random: () => number;
  readonly runAt: number;
}): NewEvent {
  const { history, state, index, random, runAt } = day;
  const { tenant } = history;
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  const event = newEvent(`salesforce:${tenant}-${runAt / MINUTE_MS}-${index}`);
  const title = pick(TITLES);
  const recipient = `${pick(PEOPLE)}@${pick(CUSTOMERS)}.example`;
  const sharedAt = runAt - 19 * HOUR_MS + Math.floor(random() * 8 * HOUR_MS);
  return {
    ...event,
    share: {
      ...event.share,
      sharedAt,
      sharer: { email: `${pick(PEOPLE)}@${tenant}.example` },
      content: { ...event.share.content, title },
    },
    match: { matched: true, objects: [], recipients: [{ email: recipient }], reasons: [] },
    state,
    ...(state === 'skipped' && { reason: 'internal-only' }),
    ...(state === 'held' && { reason: 'unmatched', notBefore: sharedAt + 3 * DAY_MS }),
    ...(state === 'rejected' && { errors: [history.rejection ?? 'invalid'] }),
  };
}

async function writeDay(
  db: Database,
  day: { readonly tenant: string; readonly runAt: number; readonly events: readonly NewEvent[] },
): Promise<void> {
  const { tenant, runAt: now, events } = day;
  await db
    .transaction()
    .execute((trx) => insertEvents(trx, events, { tenant, priority: PRIORITY.fresh, now }));
}

async function writeRun(
  db: Database,
  run: {
    readonly history: History;
    readonly runAt: number;
    readonly states: readonly State[];
    readonly isLast: boolean;
  },
): Promise<void> {
  const { history, runAt, states, isLast } = run;
  const { outcome = 'ok', errors = [] } = isLast ? (history.lastRun ?? {}) : {};
  const count = (state: State) => states.filter((each) => each === state).length;
  const finishedAt = runAt + RUN_MS;
  const report: RunReport = {
    tenant: history.tenant,
    kind: 'sync',
    outcome,
    startedAt: new Date(runAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    found: { salesforce: states.length, 'google-drive': 0 },
    queued: count('delivered'),
    held: count('held'),
    skipped: { 'internal-only': count('skipped') },
    delivered: count('delivered'),
    duplicates: 0,
    rejected: count('rejected'),
    pending: count('pending'),
    calls: { salesforce: 9, google: 0, gong: count('delivered') },
    errors,
  };
  await db
    .insertInto('run')
    .values({
      run_id: `${history.tenant}-${runAt}`,
      tenant: history.tenant,
      kind: 'sync',
      started_at: runAt,
      finished_at: finishedAt,
      outcome,
      report: JSON.stringify(report),
    })
    .execute();
}
