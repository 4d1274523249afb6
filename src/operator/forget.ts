import { setImmediate } from 'node:timers/promises';
import { databaseTime } from '../db/database-time.ts';
import { eraseTraces, overwriteDeleted } from '../db/erase-traces.ts';
import { scrubTexts } from '../db/forget-texts.ts';
import { addForgotten, forgottenKey } from '../db/forgotten.ts';
import { guardLease, isLeased, type LeaseKey } from '../db/leases.ts';
import type { Statement } from '../db/schema.ts';
import { storedTenants } from '../db/stored-tenants.ts';
import { purgeTextIndex } from '../db/text-index.ts';
import { inTransaction } from '../db/transaction.ts';
import { eventsNaming, forgetInEvents } from '../outbox/forget-events.ts';
import type { AppContext } from '../runs/app-context.ts';
import { leaseName, withTenantLease } from '../runs/tenant-lease.ts';
import { domainOf } from '../share/address.ts';
import { ForgottenPeople, hashOfPerson, scrubStored } from '../share/forgotten.ts';
import {
  countGrantsOf,
  entriesNaming,
  forgetGrants,
  forgetInEntries,
  forgetUser,
  type PersonOnRecord,
} from '../sources/drive/forget-person.ts';

/** What names a person in one tenant. */
export interface PersonCounts {
  readonly events: number;
  readonly grants: number;
  readonly activities: number;
}

/** The person as the database is searched for them. */
interface Search {
  readonly person: PersonOnRecord;
  readonly forgotten: ForgottenPeople;
}

const GMAIL_DOMAINS = ['gmail.com', 'googlemail.com'];
const ASCII = /^[\x20-\x7e]*$/;

/** Every tenant that can name a person: the configured ones, and those with data. */
export async function tenantsToSearch(
  context: AppContext,
  configured: readonly string[],
): Promise<string[]> {
  return [...new Set([...configured, ...(await storedTenants(context.db))])].sort();
}

/** True if a run works on the tenant now. */
export async function isTenantBusy({ db, clock }: AppContext, tenant: string): Promise<boolean> {
  return isLeased(db, leaseName(tenant), await databaseTime(db, clock));
}

/** Counts what names the person. Changes nothing. */
export async function countPerson(
  { db, clock }: AppContext,
  tenant: string,
  email: string,
): Promise<PersonCounts> {
  // Any key finds the person: nothing is stored.
  const { person, forgotten } = searchFor(tenant, email, 'count');
  const of = { ...person, now: clock.now() };
  let [events, activities] = [0, 0];
  for await (const page of eventsNaming(db, of, forgotten)) events += page.length;
  for await (const page of entriesNaming(db, person, forgotten)) activities += page.length;
  return { events, grants: await countGrantsOf(db, person), activities };
}

/**
 * Erases the person from one tenant. Returns undefined if a run holds the tenant's lock. First, the
 * person's hash is stored, so that no run can record them again; then everything is erased in short
 * transactions. If it is interrupted, calling it again completes it. `removeTraces` must follow.
 */
export function forgetPerson(
  context: AppContext,
  options: { readonly tenant: string; readonly email: string; readonly signal: AbortSignal },
): Promise<PersonCounts | undefined> {
  const { tenant, email, signal } = options;
  return withTenantLease(context, { tenant, signal }, async (lease) => {
    await overwriteDeleted(context.db);
    const search = await remember(context, { tenant, email, lease: lease.key });
    return erase(context, search, lease);
  });
}

/** Removes what was erased from the database's files. Throws DatabaseError. */
export async function removeTraces({ db, clock }: AppContext): Promise<void> {
  await purgeTextIndex(db);
  await eraseTraces(db, clock);
}

function searchFor(tenant: string, email: string, key: string): Search {
  const hash = hashOfPerson(key, email);
  const forgotten = new ForgottenPeople(key, new Set([hash]));
  const pseudonym = forgotten.pseudonymOf(email) ?? hash;
  return { person: { tenant, email, pseudonym, mentions: mentionsOf(email) }, forgotten };
}

/** SQLite compares only ASCII letters without case. */
function mentionsOf(email: string): string[] {
  const domain = domainOf(email) ?? '';
  const asGiven = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (!ASCII.test(email)) return ['@', '%40'];
  const domains = GMAIL_DOMAINS.includes(domain) ? GMAIL_DOMAINS : [asGiven];
  return domains.flatMap((name) => [`@${name}`, `%40${name}`]);
}

async function remember(
  { db, clock }: AppContext,
  {
    tenant,
    email,
    lease,
  }: { readonly tenant: string; readonly email: string; readonly lease: LeaseKey },
): Promise<Search> {
  return inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    const key = await forgottenKey(trx);
    const person = hashOfPerson(key, email);
    await addForgotten(trx, { tenant, person, at: clock.now() });
    return searchFor(tenant, email, key);
  });
}

async function erase(
  { db, clock }: AppContext,
  { person, forgotten }: Search,
  lease: { readonly key: LeaseKey; readonly signal: AbortSignal },
): Promise<PersonCounts> {
  const { tenant, mentions } = person;
  const write = async (work: (trx: Statement) => Promise<void>) => {
    lease.signal.throwIfAborted();
    await inTransaction(db, async (trx) => {
      await guardLease(trx, lease.key);
      await work(trx);
    });
    // SQLite runs in this thread: this lets the lease be extended.
    await setImmediate();
  };
  const of = { tenant, mentions, now: clock.now() };
  let [events, activities] = [0, 0];
  for await (const page of eventsNaming(db, of, forgotten)) {
    await write((trx) => forgetInEvents(trx, page));
    events += page.length;
  }
  for await (const page of entriesNaming(db, person, forgotten)) {
    await write((trx) => forgetInEntries(trx, tenant, page));
    activities += page.length;
  }
  const grants = await countGrantsOf(db, person);
  await write(async (trx) => {
    await forgetGrants(trx, person);
    await forgetUser(trx, person);
    await scrubTexts(trx, of, (text) => scrubStored(text, forgotten));
  });
  return { events, grants, activities };
}
