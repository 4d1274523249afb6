import { damageIn, TENANT } from '../support/cli-world.ts';
import { type Act, compareWithGong, type Difference } from './kills-oracle.ts';
import type { TortureWorld } from './kills-world.ts';

/** Once runs have recovered: Gong has each share once, and the database agrees with it. */
export function settledDifference(torture: TortureWorld): Difference {
  const { world, company } = torture;
  const { events } = world.sandbox.gong;
  const difference = compareWithGong(company.acts, events);
  const database = torture.hasTables() ? [...damageIn(world), ...leases(torture)] : [];
  const sentences = [...difference.sentences, ...database, ...holes(torture)];
  return { ...difference, sentences };
}

/** What must be true at any moment, even right after a kill. */
export function holes(torture: TortureWorld): string[] {
  const { world, company, hasDrive } = torture;
  if (!torture.hasTables()) return [];
  const known = new Set(
    world
      .query<{ event_id: string }>('select event_id from event where tenant = ?', TENANT)
      .map(({ event_id }) => event_id),
  );
  const acts = company.acts.filter(({ isLate, isPast }) => !isLate && !isPast);
  return [
    ...unrecordedEvents(torture, known),
    ...holesOfDeliveries(torture, acts, known),
    ...(hasDrive ? holesOfDrive(torture, acts, known) : []),
  ];
}

/** What was sent is on record. */
function unrecordedEvents({ world }: TortureWorld, known: ReadonlySet<string>): string[] {
  return world.sandbox.gong.events
    .filter(({ eventId = '' }) => !known.has(eventId))
    .map(({ eventId }) => `Gong has ${eventId}, which has no row`);
}

function holesOfDeliveries(
  torture: TortureWorld,
  acts: readonly Act[],
  known: ReadonlySet<string>,
): string[] {
  const mark = positionOf(torture, 'salesforce/content-distributions', 'mark');
  return acts
    .filter(({ source }) => source === 'salesforce')
    .filter(({ content }) => modifiedAt(torture, content) <= mark)
    .filter(({ eventId = '' }) => !known.has(eventId))
    .map(({ content }) => `the cursor is past ${content}, which has no row`);
}

function modifiedAt({ world }: TortureWorld, deliveryId: string): number {
  return Number(world.sandbox.salesforce.read(deliveryId)['SystemModstamp']);
}

/** Once the audit log is read past an act, it is on record: as an entry to handle, or as an event. */
function holesOfDrive(
  torture: TortureWorld,
  acts: readonly Act[],
  known: ReadonlySet<string>,
): string[] {
  const read = positionOf(torture, 'drive/audit-log/change_user_access', 'until');
  const entries = torture.world.query<{ item: string }>(
    'select distinct item from activity where handled = 0',
  );
  const unhandled = new Set(entries.map(({ item }) => item));
  return acts
    .filter(({ source, exceptions }) => source === 'google-drive' && exceptions.size === 0)
    .filter(({ eventId }) => eventId !== undefined && !known.has(eventId))
    .filter(({ at, content }) => at < read && !unhandled.has(content))
    .map(({ content, at }) => `the cursor is past the share of ${content} at ${at}, without a row`);
}

function positionOf({ world }: TortureWorld, stream: string, key: string): number {
  const [row] = world.query<{ position: string }>(
    'select position from cursor where tenant = ? and stream = ?',
    TENANT,
    stream,
  );
  const position = JSON.parse(row?.position ?? '{}') as Readonly<Record<string, string | null>>;
  return Date.parse(position[key] ?? '') || 0;
}

/** A killed `start` leaves its duties, which are free some seconds later. */
function leases({ world }: TortureWorld): string[] {
  const rows = world.query<{ name: string }>(
    "select name from lease where name not like 'duties %'",
  );
  return rows.map(({ name }) => `${name} is still leased`);
}
