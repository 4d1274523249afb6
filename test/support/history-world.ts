import { type CliWorld, damageIn, startCliWorld, TENANT } from './cli-world.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** how many days ago the first and the last share were made */
const FIRST_DAY = 40;
const LAST_DAY = 10;
/** every eighth share is in Drive */
const DRIVE_EVERY = 8;

/** Past shares, each of which must be reported once. */
export interface History {
  /** the command that backfills them */
  readonly words: string;
  readonly deliveryIds: readonly string[];
  readonly fileIds: readonly string[];
}

/** Creates `count` shares over a month, long before the tenant's start, in both sources. */
export async function startHistoryWorld(
  count: number,
): Promise<{ readonly world: CliWorld; readonly history: History }> {
  const world = await startCliWorld({ googleDrive: true });
  const { salesforce: org, google, clock } = world.sandbox;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  const ann = google.addUser(`ann@${google.domain}`);
  const now = clock.now();
  const stepMs = ((FIRST_DAY - LAST_DAY) * DAY_MS) / count;
  const deliveryIds: string[] = [];
  const fileIds: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const at = Math.floor(now - FIRST_DAY * DAY_MS + number * stepMs);
    if (number % DRIVE_EVERY === 0) {
      const file = google.createFile({ name: `File ${number}`, owner: ann, at: at - HOUR_MS });
      google.share(file, { to: 'ada@globex.example', by: ann, at });
      fileIds.push(file);
    } else {
      const title = `Proposal ${number}`;
      deliveryIds.push(org.deliver({ title, relatedTo: contact, at }).deliveryId);
    }
  }
  const since = new Date(now - (FIRST_DAY + 1) * DAY_MS).toISOString();
  const until = new Date(now - (LAST_DAY - 1) * DAY_MS).toISOString();
  const words = `backfill --since ${since} --until ${until} --json`;
  return { world, history: { words, deliveryIds, fileIds } };
}

/** All problems once the window is complete, as sentences. */
export function historyProblems(world: CliWorld, history: History): string[] {
  return [...gongProblems(world, history), ...rowProblems(world, history), ...leftovers(world)];
}

/** Violations of what must be true at any moment: the cursor is never past a delivery without a row. */
export function historyHoles(world: CliWorld, { deliveryIds }: History): string[] {
  const [cursor] = world.query<{ position: string }>(
    `select position from cursor
      where tenant = ? and stream like 'backfill/salesforce/%'`,
    TENANT,
  );
  if (cursor === undefined) return [];
  const mark = Date.parse(JSON.parse(cursor.position).mark);
  const rows = world.query<{ event_id: string }>('select event_id from event');
  const kept = new Set(rows.map(({ event_id }) => event_id));
  return deliveryIds
    .filter((id) => Number(world.sandbox.salesforce.read(id)['CreatedDate']) <= mark)
    .filter((id) => !kept.has(`salesforce:${id}`))
    .map((id) => `the cursor is past ${id}, which has no row`);
}

function gongProblems({ sandbox }: CliWorld, { deliveryIds, fileIds }: History): string[] {
  const { events } = sandbox.gong;
  const byContent = Map.groupBy(events, ({ body }) => String(body?.['contentId']));
  const contents = new Map(
    deliveryIds.map((id) => [String(sandbox.salesforce.read(id)['ContentDocumentId']), id]),
  );
  const expected = [...contents.keys(), ...fileIds];
  const eventIds = new Set(events.map(({ eventId }) => eventId));
  return [
    ...(eventIds.size === events.length ? [] : ['Gong has the same eventId twice']),
    ...[...byContent.keys()]
      .filter((id) => !expected.includes(id))
      .map((id) => `Gong has ${id}, which was not shared`),
    ...expected.flatMap((id) => {
      const times = byContent.get(id)?.length ?? 0;
      return times === 1 ? [] : [`Gong has ${contents.get(id) ?? id} ${times} times`];
    }),
  ];
}

function rowProblems(world: CliWorld, { deliveryIds, fileIds }: History): string[] {
  const rows = world.query<{ event_id: string; state: string }>(
    'select event_id, state from event where tenant = ?',
    TENANT,
  );
  const count = deliveryIds.length + fileIds.length;
  return [
    ...(rows.length === count ? [] : [`${rows.length} rows for ${count} shares`]),
    ...rows
      .filter(({ state }) => state !== 'delivered' && state !== 'duplicate')
      .map(({ event_id, state }) => `${event_id} is ${state}`),
  ];
}

function leftovers(world: CliWorld): string[] {
  const cursors = world.query<{ stream: string }>('select stream from cursor');
  const entries = world.query('select key from activity');
  const leases = world.query<{ name: string }>('select name from lease');
  const windows = world.query<{ state: string; source: string }>('select * from backfill');
  return [
    ...damageIn(world),
    ...cursors.map(({ stream }) => `the cursor ${stream} is left`),
    ...(entries.length === 0 ? [] : [`${entries.length} entries of the audit log are left`]),
    ...leases.map(({ name }) => `${name} is still leased`),
    ...windows.filter(({ state }) => state !== 'read').map(({ source }) => `${source} is not read`),
  ];
}
