import type { RelatedRecord, Share } from '../share/share.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';
import { dayBefore, dayInTimezone } from './day.ts';
import { LOOK_UP_LIMITS } from './limits.ts';
import { LoadedRecords } from './loaded-records.ts';
import {
  missingRecordsFor,
  noMissingRecords,
  type References,
  referencesIn,
} from './missing-records.ts';
import type { CrmQuery } from './queries.ts';
import * as queries from './queries.ts';
import type { CrmRecords } from './records.ts';
import { isFieldRefusal, refusedLookUp } from './refused-look-ups.ts';

/** The part of a Salesforce session that the lookup needs. */
export interface QueryBatch {
  /**
   * Runs the queries and returns all rows of each, in the order of the queries. Throws instead of
   * returning partial results.
   */
  queryBatch(soqls: readonly string[]): Promise<readonly (readonly unknown[])[]>;
}

export interface LookUpOptions {
  /** the tenant's, an IANA name */
  readonly timezone: string;
  /** whether to search for an Account by domain if no record has the address */
  readonly matchAccountByDomain?: boolean;
  /** takes a record that cannot be read: it counts as hidden; default: the lookup fails */
  readonly onFaultyRow?: (row: FaultyRow) => void;
}

/**
 * Reads the records that matching `shares` needs, in a few rounds of queries: the related records,
 * and the Contacts and Leads with the recipients' addresses; the Contacts of Cases and converted
 * Leads; the Opportunities of the Accounts and the contact roles of the recipients. Each round
 * queries everything known to be missing, so most batches need two. A failure must not look like a
 * record that does not exist: it throws, unless Salesforce refuses a field. Then `refused` has it, and
 * `refusalFor` returns the refusal that concerns a share.
 */
export async function lookUp(
  client: QueryBatch,
  shares: readonly Share[],
  options: LookUpOptions,
): Promise<CrmRecords> {
  const references = referencesIn(shares);
  const loaded = new LoadedRecords(idsOfType(references.related, 'Account'), options);
  if (references.shares.length === 0) return loaded.finish();
  const window = opportunityWindowOf(references.shares, options.timezone);
  // Loads the list of public suffixes only if domains are searched.
  const domains = options.matchAccountByDomain ? await import('./domain.ts') : undefined;
  const requested = { ...noMissingRecords(), contacts: idsOfType(references.related, 'Contact') };
  let round = firstQueries(references, loaded);
  for (let rounds = 0; round.some((query) => query.soqls.length > 0); rounds += 1) {
    if (rounds === LOOK_UP_LIMITS.roundsMax) {
      throw new Error(`the lookup needs more than ${LOOK_UP_LIMITS.roundsMax} rounds`);
    }
    await runQueries(client, round, loaded);
    round = nextQueries();
  }
  return loaded.finish();

  // Follows the references as matching will, over the records loaded so far. The rounds end
  // because nothing is requested twice and a Contact leads to no further Contact.
  function nextQueries(): readonly CrmQuery[] {
    const missing = missingRecordsFor(references, loaded);
    const take = (key: keyof typeof missing) => takeUnrequested(missing[key], requested[key]);
    const accounts = take('opportunityAccounts');
    return [
      {
        kind: 'contactsById',
        soqls: queries.contactsById(take('contacts')),
        add: loaded.addContacts,
      },
      {
        kind: 'accountOpportunities',
        soqls: queries.opportunitiesOfAccounts(accounts, window),
        add: loaded.addAccountOpportunities,
      },
      {
        kind: 'contactRoles',
        soqls: queries.rolesOfContacts(take('roleContacts')),
        add: loaded.addRoles,
      },
      ...(domains ? [domains.queryAccountsByDomain(take('unknownEmails'), loaded)] : []),
    ];
  }
}

function firstQueries(references: References, loaded: LoadedRecords): readonly CrmQuery[] {
  const ids = (type: string) => [...idsOfType(references.related, type)];
  const emails = [...references.emails];
  return [
    { kind: 'contactsById', soqls: queries.contactsById(ids('Contact')), add: loaded.addContacts },
    { kind: 'leadsById', soqls: queries.leadsById(ids('Lead')), add: loaded.addLeads },
    { kind: 'accountsById', soqls: queries.accountsById(ids('Account')), add: loaded.addAccounts },
    {
      kind: 'opportunitiesById',
      soqls: queries.opportunitiesById(ids('Opportunity')),
      add: loaded.addOpportunities,
    },
    { kind: 'casesById', soqls: queries.casesById(ids('Case')), add: loaded.addCases },
    {
      kind: 'contactsByEmail',
      soqls: queries.contactsByEmail(emails),
      add: loaded.addContactsByEmail,
    },
    { kind: 'leadsByEmail', soqls: queries.leadsByEmail(emails), add: loaded.addLeadsByEmail },
  ];
}

/** If Salesforce refuses a field, the other queries still run, and the refused ones are recorded. */
async function runQueries(
  client: QueryBatch,
  round: readonly CrmQuery[],
  loaded: LoadedRecords,
): Promise<void> {
  try {
    await runTogether(client, round);
  } catch (error) {
    if (!isFieldRefusal(error)) throw error;
    for (const query of round) await runAlone(client, query, loaded);
  }
}

async function runAlone(client: QueryBatch, query: CrmQuery, loaded: LoadedRecords): Promise<void> {
  if (query.soqls.length === 0) return;
  try {
    await runTogether(client, [query]);
  } catch (error) {
    if (!isFieldRefusal(error)) throw error;
    loaded.refused.set(query.kind, refusedLookUp(query.kind, error));
  }
}

async function runTogether(client: QueryBatch, queriesToRun: readonly CrmQuery[]): Promise<void> {
  const soqls = queriesToRun.flatMap((query) => query.soqls);
  const results = [...(await client.queryBatch(soqls))];
  if (results.length !== soqls.length) {
    throw new Error(`Salesforce returned ${results.length} of ${soqls.length} query results`);
  }
  for (const query of queriesToRun) {
    for (const rows of results.splice(0, query.soqls.length)) query.add(rows);
  }
}

function opportunityWindowOf(
  shares: readonly Share[],
  timezone: string,
): queries.OpportunityWindow {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { sharedAt } of shares) {
    first = Math.min(first, sharedAt);
    last = Math.max(last, sharedAt);
  }
  return {
    closedFrom: dayBefore(dayInTimezone(first, timezone)),
    createdBefore: last + LOOK_UP_LIMITS.lateCreationMs,
  };
}

function idsOfType(related: readonly RelatedRecord[], type: string): Set<string> {
  return new Set(related.filter((record) => record.type === type).map((record) => record.id));
}

/** Those of `missing` that have not been requested; marks them as requested. */
function takeUnrequested(missing: ReadonlySet<string>, requested: Set<string>): readonly string[] {
  const unrequested = [...missing].filter((id) => !requested.has(id));
  for (const id of unrequested) requested.add(id);
  return unrequested;
}
