import { omitUndefined } from '../lib/omit-undefined.ts';
import type { Grantee, Share } from '../share/share.ts';
import { REASON_LIMITS } from './limits.ts';
import { chooseOpportunity, type OpportunityChoice } from './opportunity.ts';
import {
  accountIdOf,
  findPerson,
  isUnknown,
  type Person,
  searchByDomain,
  singleAccount,
} from './person.ts';
import { personReasons } from './person-reasons.ts';
import { accountLabel } from './reason-text.ts';
import { recipientsOfShare } from './recipients.ts';
import type { ContactRecord, CrmRecords, LeadRecord } from './records.ts';
import { followRelated, type RelatedRecordPath } from './related-record.ts';

/** The types that crmContext can name, in the order of the body. */
export const CRM_OBJECT_TYPES = ['Opportunity', 'Account', 'Contact', 'Lead'] as const;
export type CrmObjectType = (typeof CRM_OBJECT_TYPES)[number];

export interface CrmObject {
  readonly type: CrmObjectType;
  readonly id: string;
  /** for people who read the match; absent if Salesforce hides it, and in a recipient */
  readonly name?: string;
}

/** A person who received the content, with their record in Salesforce. */
export interface Recipient {
  readonly email: string;
  readonly name?: string;
  readonly title?: string;
  readonly object?: CrmObject;
}

/** The Salesforce records that a share belongs to, and why. Stored with the event. */
export interface Match {
  readonly matched: boolean;
  /** in the order of CRM_OBJECT_TYPES */
  readonly objects: readonly CrmObject[];
  readonly recipients: readonly Recipient[];
  /** sentences: the candidates, and why one or none was chosen */
  readonly reasons: readonly string[];
}

interface Context {
  readonly records: CrmRecords;
  readonly timezone: string;
}

/** The Ids to name per type, in order; duplicates are possible. */
type ObjectIds = Readonly<Record<CrmObjectType, readonly (string | undefined)[]>>;

/**
 * Matches a share to Salesforce records: a delivery by its related record, a Drive share by its
 * recipients' addresses. `records` must contain what `lookUp` loads for a batch with this share;
 * a record not in it counts as deleted or hidden. `timezone` is the tenant's, an IANA name.
 */
export function matchShare(
  share: Share,
  records: CrmRecords,
  options: { readonly timezone: string },
): Match {
  const context = { records, timezone: options.timezone };
  return share.drive ? matchRecipients(share, context) : matchRelated(share, context);
}

function matchRelated(share: Share, context: Context): Match {
  const path = followRelated(share.related, context.records);
  const choice = opportunityOnPath(path, share, context);
  const objects = objectsOf({
    Opportunity: [path.opportunityId ?? choice?.opportunity?.id],
    Account: [path.accountId],
    Contact: [path.contactId],
    Lead: [path.leadId],
  });
  return {
    matched: objects.length > 0,
    objects,
    recipients: recipientsOnPath(path),
    reasons: [...path.explain(), ...(choice?.reasons ?? [])],
  };
}

interface MatchedRecipient {
  readonly recipient: Recipient;
  readonly accountId: string | undefined;
  readonly reasons: readonly string[];
}

/** Names at most one Opportunity per Account. All recipients' roles count for every Account. */
function matchRecipients(share: Share, context: Context): Match {
  const people = recipientsOfShare(share).map((grantee) =>
    matchRecipient(grantee, context.records),
  );
  const objectsOfPeople = people.flatMap(({ recipient }) => recipient.object ?? []);
  const idsOf = (type: CrmObjectType) =>
    objectsOfPeople.filter((object) => object.type === type).map(({ id }) => id);
  const contactIds = idsOf('Contact');
  const accountIds = [...new Set(defined(people.map(({ accountId }) => accountId)))];
  const choices = accountIds.map((accountId) =>
    chooseOpportunity(context.records, {
      accountId,
      recipientContactIds: contactIds,
      sharedAt: share.sharedAt,
      timezone: context.timezone,
    }),
  );
  const objects = objectsOf({
    Opportunity: choices.map(({ opportunity }) => opportunity?.id),
    Account: accountIds,
    Contact: contactIds,
    Lead: idsOf('Lead'),
  });
  const peopleReasons = people.map(({ reasons }) => reasons);
  const accountReasons = choices.map(({ reasons }, index) =>
    choices.length === 1 ? reasons : withAccountPrefix(accountIds[index] ?? '', reasons, context),
  );
  return {
    matched: objects.length > 0,
    objects,
    recipients: people.map(({ recipient }) => recipient),
    reasons:
      people.length === 0
        ? ['The share names no external person with an email address.']
        : [
            ...limitReasons(peopleReasons, 'recipients'),
            ...limitReasons(accountReasons, 'Accounts'),
          ],
  };
}

/** A person's name in Salesforce takes precedence over their name in Drive. */
function matchRecipient({ email, name }: Grantee, records: CrmRecords): MatchedRecipient {
  const person = findPerson(email, records);
  const account = isUnknown(person) ? singleAccount(searchByDomain(email, records)) : undefined;
  return {
    recipient: { email, ...(name && { name }), ...recordOf(person) },
    accountId: account?.id ?? accountIdOf(person),
    reasons: personReasons(email, person, records),
  };
}

function recordOf(person: Person): Partial<Recipient> {
  switch (person.kind) {
    case 'contact':
      return {
        ...namesOf(person.chosen.contact),
        object: objectOf('Contact', person.chosen.contact),
      };
    case 'lead':
      return { ...namesOf(person.lead), object: objectOf('Lead', person.lead) };
    // The person of the Lead received the content even if the Contact is gone.
    case 'orphaned-lead':
      return namesOf(person.lead);
    case 'unknown':
      return {};
  }
}

function namesOf({ name, title }: ContactRecord | LeadRecord): Partial<Recipient> {
  return { ...(name && { name }), ...(title && { title }) };
}

function objectOf(type: CrmObjectType, { id }: { readonly id: string }): CrmObject {
  return { type, id };
}

function withAccountPrefix(
  id: string,
  reasons: readonly string[],
  { records }: Context,
): readonly string[] {
  return reasons.map((reason) => `For the Account ${accountLabel(id, records)}: ${reason}`);
}

/** Keeps the reasons to about a page: a file can be shared with hundreds of people. */
function limitReasons(
  reasons: readonly (readonly string[])[],
  what: 'recipients' | 'Accounts',
): readonly string[] {
  const explained = reasons.slice(0, REASON_LIMITS.peopleExplainedMax);
  const more = reasons.length - explained.length;
  return more > 0 ? [...explained.flat(), `And ${more} more ${what}.`] : explained.flat();
}

function opportunityOnPath(
  path: RelatedRecordPath,
  share: Share,
  context: Context,
): OpportunityChoice | undefined {
  if (path.accountId === undefined || path.opportunityId !== undefined) return undefined;
  const contactId = path.recipient && path.contactId;
  return chooseOpportunity(context.records, {
    accountId: path.accountId,
    recipientContactIds: contactId === undefined ? [] : [contactId],
    sharedAt: share.sharedAt,
    timezone: context.timezone,
  });
}

function recipientsOnPath(path: RelatedRecordPath): readonly Recipient[] {
  const { recipient, contactId, leadId } = path;
  if (!recipient) return [];
  const { email, name, title } = recipient;
  return [
    omitUndefined<Recipient>({ email, name, title, object: personObject(contactId, leadId) }),
  ];
}

function personObject(
  contactId: string | undefined,
  leadId: string | undefined,
): CrmObject | undefined {
  if (contactId !== undefined) return { type: 'Contact', id: contactId };
  return leadId === undefined ? undefined : { type: 'Lead', id: leadId };
}

function objectsOf(ids: ObjectIds): readonly CrmObject[] {
  const objects: CrmObject[] = [];
  for (const type of CRM_OBJECT_TYPES) {
    for (const id of distinct(defined(ids[type]))) objects.push({ type, id });
  }
  return objects;
}

function distinct(ids: readonly string[]): Iterable<string> {
  return ids.length > 1 ? new Set(ids) : ids;
}

function defined(ids: readonly (string | undefined)[]): readonly string[] {
  return ids.filter((id) => id !== undefined);
}
