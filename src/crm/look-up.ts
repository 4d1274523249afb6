import { LOOK_UP_LIMITS } from '../lib/limits.ts';
import type { RelatedRecord, Share } from '../share/share.ts';
import { isSalesforceId } from '../vendors/salesforce/id.ts';
import { dayBefore, dayInTimezone } from './day.ts';
import { Findings } from './findings.ts';
import * as questions from './questions.ts';
import type { CrmRecords } from './records.ts';
import { contactOnTrail, followRelated } from './trail.ts';

/** The one thing that looking up needs of a Salesforce session. */
export interface QueryBatch {
  /**
   * Runs the queries and gives all rows of each, in the order of the queries; throws rather
   * than give a part.
   */
  queryBatch(soqls: readonly string[]): Promise<readonly (readonly unknown[])[]>;
}

/** Queries of one kind, and where their rows go. */
interface Question {
  readonly soqls: readonly string[];
  readonly add: (rows: readonly unknown[]) => void;
}

/** What matching would ask of the records next, without repetitions. */
interface Wanted {
  readonly contacts: Set<string>;
  readonly dealAccounts: Set<string>;
  readonly roleContacts: Set<string>;
}

/**
 * Reads what matching needs to know of `shares`, in at most three rounds of queries: the related
 * records; the Contacts of Cases and converted Leads; the deals of the Accounts and the contact
 * roles of the recipients. A round asks all that is known to be needed, so most batches need two.
 * `timezone` is the tenant's, an IANA name. Whatever fails throws: it must not look like a record
 * that does not exist.
 */
export async function lookUp(
  client: QueryBatch,
  shares: readonly Share[],
  options: { readonly timezone: string },
): Promise<CrmRecords> {
  // What is no Id is the Id of no record, and Salesforce would refuse the whole query for it.
  const tied = shares.filter((share) => isSalesforceId(share.related?.id ?? ''));
  const related = tied.flatMap((share) => share.related ?? []);
  const findings = new Findings(idsOfType(related, 'Account'));
  if (related.length === 0) return findings.finish();
  const window = dealWindowOf(tied, options.timezone);
  const asked: Wanted = { contacts: new Set(), dealAccounts: new Set(), roleContacts: new Set() };
  let round: readonly Question[] = [...relatedQuestions(related, findings), ...nextQuestions()];
  for (let rounds = 0; round.some((question) => question.soqls.length > 0); rounds += 1) {
    if (rounds === LOOK_UP_LIMITS.roundsMax) throw new Error('the look-up comes to no end');
    await ask(client, round);
    round = nextQuestions();
  }
  return findings.finish();

  // Each round follows every related record as matching will, over what is known by then. It
  // ends because nothing is asked twice and a Contact leads to no further Contact.
  function nextQuestions(): readonly Question[] {
    const wanted = wantedFor(related, findings);
    const contacts = newOnes(wanted.contacts, asked.contacts);
    const accounts = newOnes(wanted.dealAccounts, asked.dealAccounts);
    const roleContacts = newOnes(wanted.roleContacts, asked.roleContacts);
    return [
      { soqls: questions.contactsById(contacts), add: findings.addContacts },
      { soqls: questions.dealsOfAccounts(accounts, window), add: findings.addDeals },
      { soqls: questions.rolesOfContacts(roleContacts), add: findings.addRoles },
    ];
  }
}

function relatedQuestions(
  related: readonly RelatedRecord[],
  findings: Findings,
): readonly Question[] {
  const ids = (type: string) => [...idsOfType(related, type)];
  return [
    { soqls: questions.leadsById(ids('Lead')), add: findings.addLeads },
    { soqls: questions.accountsById(ids('Account')), add: findings.addAccounts },
    { soqls: questions.opportunitiesById(ids('Opportunity')), add: findings.addOpportunities },
    { soqls: questions.casesById(ids('Case')), add: findings.addCases },
  ];
}

function wantedFor(related: readonly RelatedRecord[], records: CrmRecords): Wanted {
  const contacts = new Set<string>();
  const dealAccounts = new Set<string>();
  const roleContacts = new Set<string>();
  for (const record of related) {
    const trail = followRelated(record, records);
    addTo(contacts, contactOnTrail(record, records));
    if (trail.opportunityId === undefined) addTo(dealAccounts, trail.accountId);
    if (trail.recipient) addTo(roleContacts, trail.contactId);
  }
  return { contacts, dealAccounts, roleContacts };
}

async function ask(client: QueryBatch, round: readonly Question[]): Promise<void> {
  const soqls = round.flatMap((question) => question.soqls);
  const answers = [...(await client.queryBatch(soqls))];
  if (answers.length !== soqls.length) {
    throw new Error(`Salesforce answered ${answers.length} of ${soqls.length} look-up queries`);
  }
  for (const question of round) {
    for (const rows of answers.splice(0, question.soqls.length)) question.add(rows);
  }
}

function dealWindowOf(shares: readonly Share[], timezone: string): questions.DealWindow {
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

/** Those of `wanted` that have not been asked for; from now on they count as asked. */
function newOnes(wanted: ReadonlySet<string>, asked: Set<string>): readonly string[] {
  const fresh = [...wanted].filter((id) => !asked.has(id));
  for (const id of fresh) asked.add(id);
  return fresh;
}

function addTo(ids: Set<string>, id: string | undefined): void {
  if (id !== undefined) ids.add(id);
}
