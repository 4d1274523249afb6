import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Which items the change logs of Drive know; one grantee for all spellings of a Gmail address; no
 * waiting event with the future date that an uploader gave its file. Events keep their ids.
 */
export const driveGrants: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createKnownItemsTable(db);
    await foldGrants(db);
    await foldEntries(db);
    await dateWaitingEvents(db);
  },
};

const DAY_MS = 86_400_000;

async function createKnownItemsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('known_items')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('items', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('known_items_key', ['tenant', 'owner', 'since', 'number'])
    .execute();
}

interface GrantKey {
  readonly tenant: string;
  readonly item: string;
  readonly grantee: string;
}

interface GrantRow extends GrantKey {
  readonly generation: number;
  readonly inherited: number;
  readonly seen_at: number;
  readonly granted_at: number | null;
  readonly revoked_at: number | null;
}

async function foldGrants(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<GrantKey>`
    select distinct tenant, item, grantee from "grant"
    where grantee like '%@gmail.com' or grantee like '%@googlemail.com'
  `.execute(db);
  const changed = rows.filter(({ grantee }) => mailboxOf(grantee) !== grantee);
  const groups = new Map(
    changed.map(({ tenant, item, grantee }) => {
      const mailbox = mailboxOf(grantee);
      return [JSON.stringify([tenant, item, mailbox]), { tenant, item, grantee: mailbox }];
    }),
  );
  const spellings = Map.groupBy(rows, ({ tenant, item, grantee }) =>
    JSON.stringify([tenant, item, mailboxOf(grantee)]),
  );
  for (const [key, mailbox] of groups) await mergeGrants(db, mailbox, spellings.get(key) ?? []);
}

/** Makes one history, in order of time: what began later ends what was open. */
async function mergeGrants(
  db: Kysely<unknown>,
  { tenant, item, grantee: mailbox }: GrantKey,
  spellings: readonly GrantKey[],
): Promise<void> {
  const all: GrantRow[] = [];
  for (const { grantee } of spellings) {
    const where = sql`tenant = ${tenant} and item = ${item} and grantee = ${grantee}`;
    const { rows } = await sql<GrantRow>`select * from "grant" where ${where}`.execute(db);
    all.push(...rows);
    await sql`delete from "grant" where ${where}`.execute(db);
  }
  const ordered = all.sort((one, other) => startOf(one) - startOf(other));
  for (const [index, row] of ordered.entries()) {
    const next = ordered.slice(index + 1).find(({ inherited }) => inherited === row.inherited);
    const merged = {
      ...row,
      grantee: mailbox,
      generation: index + 1,
      revoked_at: row.revoked_at ?? (next === undefined ? null : startOf(next)),
    };
    const columns = sql.join(Object.keys(merged).map((column) => sql.ref(column)));
    const values = sql.join(Object.values(merged));
    await sql`insert into "grant" (${columns}) values (${values})`.execute(db);
  }
}

function startOf({ granted_at, seen_at }: GrantRow): number {
  return granted_at ?? seen_at;
}

/** Entries whose share action is not complete. */
async function foldEntries(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ tenant: string; lane: string; key: string; payload: string }>`
    select tenant, lane, key, payload from activity
    where handled = 0 and (payload like '%@gmail.com"%' or payload like '%@googlemail.com"%')
  `.execute(db);
  for (const { tenant, lane, key, payload } of rows) {
    const entry = JSON.parse(payload) as { grant: { key: string; email?: string } };
    if (entry.grant.email === undefined) continue;
    entry.grant.key = mailboxOf(entry.grant.email);
    await sql`
      update activity set payload = ${JSON.stringify(entry)}
      where tenant = ${tenant} and lane = ${lane} and key = ${key}
    `.execute(db);
  }
}

async function dateWaitingEvents(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    tenant: string;
    event_id: string;
    share: string;
    body: string | null;
    created_at: number;
  }>`
    select tenant, event_id, share, body, created_at from event
    where source = 'google-drive' and state in ('held', 'pending')
      and shared_at > created_at + ${DAY_MS}
  `.execute(db);
  for (const { tenant, event_id, share, body, created_at: at } of rows) {
    const eventTimestamp = `${new Date(at).toISOString().slice(0, -5)}Z`;
    const dated = JSON.stringify({ ...JSON.parse(share), sharedAt: at });
    const sent = body === null ? null : JSON.stringify({ ...JSON.parse(body), eventTimestamp });
    await sql`
      update event set shared_at = ${at}, share = ${dated}, body = ${sent}
      where tenant = ${tenant} and event_id = ${event_id}
    `.execute(db);
  }
}

/** As in src/share/address.ts when this migration was released. */
function mailboxOf(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  const local = email.slice(0, at).replace(/\+.*$/, '').replaceAll('.', '');
  const isGmail = domain === 'gmail.com' || domain === 'googlemail.com';
  return isGmail && local !== '' ? `${local}@gmail.com` : email;
}
