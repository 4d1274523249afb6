import { isDeepStrictEqual } from 'node:util';
import { type Mentions, mentionsAny } from '../../db/mentions.ts';
import { pagesByKey } from '../../db/pages-by-key.ts';
import type { ActivityTable, Statement } from '../../db/schema.ts';
import { mailboxOf } from '../../share/address.ts';
import type { ForgottenPeople } from '../../share/forgotten.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { GranteeKind } from './external-grantees.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { CHANGE_LOG_STREAM_PREFIX, userOwner } from './stream-names.ts';

/** A person of one tenant. */
export interface PersonOnRecord {
  readonly tenant: string;
  readonly email: string;
  readonly pseudonym: string;
  readonly mentions: Mentions;
}

export async function countGrantsOf(db: Statement, person: PersonOnRecord): Promise<number> {
  const { grants } = await db
    .selectFrom('grant')
    .select(({ fn }) => fn.countAll<number>().as('grants'))
    .where('tenant', '=', person.tenant)
    .where('grantee', '=', mailboxOf(person.email))
    .executeTakeFirstOrThrow();
  return Number(grants);
}

/** Keeps the grants under the pseudonym, so that they are not new when they are read again. */
export async function forgetGrants(trx: Statement, person: PersonOnRecord): Promise<void> {
  const { tenant, email, pseudonym } = person;
  const grantee = mailboxOf(email);
  await trx
    .updateTable('grant')
    .set({ grantee: pseudonym, kind: 'forgotten' satisfies GranteeKind })
    .where('tenant', '=', tenant)
    .where('grantee', '=', grantee)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('grant as other')
            .select('other.item')
            .where('other.tenant', '=', tenant)
            .where('other.grantee', '=', pseudonym)
            .whereRef('other.item', '=', 'grant.item')
            .whereRef('other.generation', '=', 'grant.generation'),
        ),
      ),
    )
    .execute();
  // What is left has a row under the pseudonym already.
  await trx
    .deleteFrom('grant')
    .where('tenant', '=', tenant)
    .where('grantee', '=', grantee)
    .execute();
}

/** Erases the person as a user: their addresses, and what is stored under one of them. */
export async function forgetUser(trx: Statement, person: PersonOnRecord): Promise<void> {
  const { tenant, email, pseudonym } = person;
  await trx
    .deleteFrom('drive_address')
    .where('tenant', '=', tenant)
    .where('address', 'in', [email.toLowerCase(), mailboxOf(email)])
    .execute();
  // Earlier versions stored owners under their addresses.
  const [from, to] = [userOwner(email.toLowerCase()), userOwner(pseudonym)];
  await trx
    .updateTable('grant')
    .set({ owner: to })
    .where('tenant', '=', tenant)
    .where('owner', '=', from)
    .execute();
  await trx
    .deleteFrom('known_items')
    .where('tenant', '=', tenant)
    .where('owner', '=', from)
    .execute();
  await trx
    .deleteFrom('cursor')
    .where('tenant', '=', tenant)
    .where('stream', '=', CHANGE_LOG_STREAM_PREFIX + from)
    .execute();
}

/** A staged entry of the audit log without the person. */
export interface ForgettableEntry {
  readonly partition: string;
  readonly key: string;
  readonly actor: string;
  readonly payload: string;
}

/** Yields the tenant's staged entries that name forgotten people, page by page. */
export async function* entriesNaming(
  db: Statement,
  person: PersonOnRecord,
  forgotten: ForgottenPeople,
): AsyncGenerator<ForgettableEntry[]> {
  const entries = db
    .selectFrom('activity')
    .select(['lane', 'key', 'payload'])
    .where('tenant', '=', person.tenant)
    .where(mentionsAny(['payload'], person.mentions));
  const pages = pagesByKey(entries, { key: ['lane', 'key'], size: DRIVE_LIMITS.entriesPerPageMax });
  for await (const page of pages) yield page.flatMap((row) => withoutPerson(row, forgotten) ?? []);
}

export async function forgetInEntries(
  trx: Statement,
  tenant: string,
  entries: readonly ForgettableEntry[],
): Promise<void> {
  for (const { partition, key, actor, payload } of entries) {
    await trx
      .updateTable('activity')
      .set({ actor, payload })
      .where('tenant', '=', tenant)
      .where('lane', '=', partition)
      .where('key', '=', key)
      .execute();
  }
}

/** The same as `entriesOf` makes of an entry that is read again. */
function withoutPerson(
  { lane: partition, key, payload }: Pick<ActivityTable, 'lane' | 'key' | 'payload'>,
  forgotten: ForgottenPeople,
): ForgettableEntry | undefined {
  const entry = JSON.parse(payload) as AuditEntry;
  const { grant, place } = entry;
  const pseudonym = grant.email === undefined ? undefined : forgotten.pseudonymOf(grant.email);
  const changed: AuditEntry = {
    ...forgotten.scrubJson(withoutActor(entry, forgotten)),
    ...(pseudonym !== undefined && {
      title: '',
      grant: { key: pseudonym, kind: 'forgotten', role: grant.role },
    }),
    ...('owner' in place && {
      place: { owner: forgotten.pseudonymOf(place.owner) ?? place.owner },
    }),
  };
  if (isDeepStrictEqual(changed, entry)) return undefined;
  return { partition, key, actor: changed.actor, payload: JSON.stringify(changed) };
}

function withoutActor(entry: AuditEntry, forgotten: ForgottenPeople): AuditEntry {
  const { actorEmail: _asGiven, ...others } = entry;
  const actor = forgotten.pseudonymOf(entry.actor);
  return actor === undefined ? entry : { ...others, actor };
}
