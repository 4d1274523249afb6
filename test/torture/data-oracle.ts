import type { AppContext } from '../../src/runs/app-context.ts';
import { RunBroken } from '../../src/runs/run-lifecycle.ts';
import type { GongEvent } from '../../src/sandbox/gong/event-log.ts';
import type { CaseResult } from './wire-world.ts';

/** The words of a bug, in whatever JavaScript throws. zod says "received undefined". */
const BUG =
  /(?<!received )\bundefined\b|\[object |Cannot |is not a function|not iterable|Maximum call stack/;
const DELIVERY_ID = /^05D\w{15}$/;
const NO_ONE = 'no one';
/** The clock runs: a position that is the time of the run differs by minutes. */
const MINUTES = /(?<=T\d\d):\d\d:\d\d\.\d{3}Z/g;

/** What a stage sends without faults. */
export interface Expected {
  /** the shares that its own run sends */
  readonly shares: readonly { readonly eventId: string; readonly subject: string }[];
  /** what Gong has after the recovery */
  readonly acts: ReadonlySet<string>;
  /** of the database after its own run */
  readonly state: string;
}

export interface Inspected {
  readonly rows: readonly { readonly subject: string; readonly isExplained: boolean }[];
  readonly setAside: number;
  /** everything that later runs depend on; equal texts have the same future */
  readonly state: string;
}

interface ShareColumn {
  readonly content?: { readonly id?: string };
}

export function expectedOf({ prompt, events, inspected }: CaseResult): Expected {
  const inTime = new Set(prompt);
  const shares = events
    .map(({ eventId = '', body }) => ({ eventId, subject: `${body?.['contentId']}` }))
    .filter(({ eventId }) => inTime.has(eventId));
  const { state } = inspected as Inspected;
  return { shares, acts: new Set(actsIn(events)), state };
}

/** The shares that neither reached Gong, nor have a row, nor are covered by an error of the run. */
export function unexplained(result: CaseResult, expected: Expected): string[] {
  const { rows, setAside } = result.inspected as Inspected;
  const errors = result.report?.errors.length ?? 1;
  if (errors > 0 || setAside > 0) return [];
  const known = new Set(
    rows.filter(({ isExplained }) => isExplained).map(({ subject }) => subject),
  );
  const inGong = new Set(result.prompt);
  return expected.shares
    .filter(({ eventId, subject }) => !inGong.has(eventId) && !known.has(subject))
    .map(({ eventId }) => eventId);
}

/** Who received what, in Gong: lost and doubled ones. Others are what the wrong value said. */
export function compareActs(
  { events }: CaseResult,
  { acts }: Expected,
): { readonly lost: string[]; readonly doubled: string[] } {
  const missing = new Set(acts);
  const inGong = actsIn(events);
  const doubled = inGong.filter((act) => acts.has(act) && !missing.delete(act));
  return { lost: [...missing], doubled };
}

export function hasAll(events: readonly GongEvent[], { acts }: Expected): boolean {
  const inGong = new Set(actsIn(events));
  return acts.isSubsetOf(inGong);
}

/**
 * One line for each delivery, and for each person to whom an event says that a file was shared. The
 * person of a delivery comes from a look-up, which can have failed.
 */
function actsIn(events: readonly GongEvent[]): string[] {
  return events.flatMap(({ body }) => {
    if (DELIVERY_ID.test(`${body?.['shareId']}`)) return [`${body?.['shareId']}`];
    const people = (body?.['recipients'] ?? []) as readonly { readonly email?: string }[];
    const emails = people.map(({ email }) => email ?? NO_ONE);
    return (emails.length === 0 ? [NO_ONE] : emails).map(
      (email) => `${body?.['contentId']} to ${email}`,
    );
  });
}

export function bugsIn({ report, thrown, recovered }: CaseResult): string[] {
  const isNamed = thrown instanceof RunBroken && !BUG.test(thrown.message);
  const errors = report?.errors ?? [];
  const polluted = 'polluted' in {};
  return [
    ...(thrown === undefined || isNamed ? [] : [`the run threw ${thrown}`]),
    ...recovered.map((each) => `a run after it threw ${each}`),
    ...errors
      .filter(({ message, hint }) => message === '' || hint === '' || BUG.test(message))
      .map(({ message }) => `an error looks like a bug: "${message}"`),
    ...(polluted ? ['the prototype of all objects was changed'] : []),
  ];
}

export async function inspect({ db }: AppContext): Promise<Inspected> {
  const events = await db.selectFrom('event').selectAll().orderBy('event_id').execute();
  const setAside = await db.selectFrom('set_aside').selectAll().execute();
  const grants = await db
    .selectFrom('grant')
    .selectAll()
    .orderBy('item')
    .orderBy('grantee')
    .execute();
  const cursors = await db.selectFrom('cursor').selectAll().orderBy('stream').execute();
  const rows = events.map(({ state, reason, share }) => ({
    subject: String((JSON.parse(share ?? '{}') as ShareColumn).content?.id),
    isExplained:
      ['pending', 'delivered', 'duplicate'].includes(state) ||
      reason !== null ||
      state === 'rejected',
  }));
  const futureOf = JSON.stringify({
    events: events.map(({ event_id, state: of, reason, share, body }) => [
      event_id,
      of,
      reason,
      share,
      body,
    ]),
    grants: grants.map(({ seen_at: _seen, swept_at: _swept, ...grant }) => grant),
    cursors: cursors.map(({ stream, position }) => [stream, position.replace(MINUTES, '')]),
    setAside: setAside.length,
  });
  return { rows, setAside: setAside.length, state: futureOf };
}
