import type { RelatedRecord, Share } from '../share/share.ts';
import { dayBefore, dayInTimezone } from './day.ts';
import { LOOK_UP_LIMITS } from './limits.ts';
import { LoadedRecords } from './loaded-records.ts';
import { missingFor, type Named, namedBy, nothingMissing } from './missing-records.ts';
import type { CrmQuery } from './queries.ts';
import * as questions from './queries.ts';
import type { CrmRecords } from './records.ts';

/** The one thing that looking up needs of a Salesforce session. */
export interface QueryBatch {
  /**
   * Runs the queries and gives all rows of each, in the order of the queries; throws rather
   * than give a part.
   */
  queryBatch(soqls: readonly string[]): Promise<readonly (readonly unknown[])[]>;
}

export interface LookUpOptions {
  /** the tenant's, an IANA name */
  readonly timezone: string;
  /** whether the domain of an address speaks where no record has the address */
  readonly matchAccountByDomain?: boolean;
}

/**
 * Reads what matching needs to know of `shares`, in a few rounds of queries: the related records,
 * and the Contacts and Leads with the recipients' addresses; the Contacts of Cases and converted
 * Leads; the deals of the Accounts and the contact roles of the recipients. A round asks all that
 * is known to be needed, so most batches need two. Whatever fails throws: it must not look like a
 * record that does not exist.
 */
export async function lookUp(
  client: QueryBatch,
  shares: readonly Share[],
  options: LookUpOptions,
): Promise<CrmRecords> {
  const named = namedBy(shares);
  const findings = new LoadedRecords(idsOfType(named.related, 'Account'));
  if (named.shares.length === 0) return findings.finish();
  const window = dealWindowOf(named.shares, options.timezone);
  // The list of public suffixes is loaded for those only who ask for domains.
  const domains = options.matchAccountByDomain ? await import('./domain.ts') : undefined;
  const asked = { ...nothingMissing(), contacts: idsOfType(named.related, 'Contact') };
  let round = firstQuestions(named, findings);
  for (let rounds = 0; round.some((question) => question.soqls.length > 0); rounds += 1) {
    if (rounds === LOOK_UP_LIMITS.roundsMax) throw new Error('the look-up comes to no end');
    await ask(client, round);
    round = nextQuestions();
  }
  return findings.finish();

  // Each round follows what the shares name as matching will, over what is known by then. It ends
  // because nothing is asked twice and a Contact leads to no further Contact.
  function nextQuestions(): readonly CrmQuery[] {
    const wanted = missingFor(named, findings);
    const contacts = newOnes(wanted.contacts, asked.contacts);
    const accounts = newOnes(wanted.dealAccounts, asked.dealAccounts);
    const roleContacts = newOnes(wanted.roleContacts, asked.roleContacts);
    const strangers = newOnes(wanted.strangers, asked.strangers);
    return [
      { soqls: questions.contactsById(contacts), add: findings.addContacts },
      { soqls: questions.dealsOfAccounts(accounts, window), add: findings.addDeals },
      { soqls: questions.rolesOfContacts(roleContacts), add: findings.addRoles },
      ...(domains ? [domains.queryByDomains(strangers, findings)] : []),
    ];
  }
}

function firstQuestions(named: Named, findings: LoadedRecords): readonly CrmQuery[] {
  const { related } = named;
  const ids = (type: string) => [...idsOfType(related, type)];
  const emails = [...named.emails];
  return [
    { soqls: questions.contactsById(ids('Contact')), add: findings.addContacts },
    { soqls: questions.leadsById(ids('Lead')), add: findings.addLeads },
    { soqls: questions.accountsById(ids('Account')), add: findings.addAccounts },
    { soqls: questions.opportunitiesById(ids('Opportunity')), add: findings.addOpportunities },
    { soqls: questions.casesById(ids('Case')), add: findings.addCases },
    { soqls: questions.contactsByEmail(emails), add: findings.addContactsByEmail },
    { soqls: questions.leadsByEmail(emails), add: findings.addLeadsByEmail },
  ];
}

async function ask(client: QueryBatch, round: readonly CrmQuery[]): Promise<void> {
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
