import type { Grantee, Share } from '../share/share.ts';
import { chooseDeal, type DealChoice } from './deal.ts';
import { REASON_LIMITS } from './limits.ts';
import {
  accountOfPerson,
  findPerson,
  isStranger,
  onlyAccount,
  type Person,
  searchByDomain,
} from './person.ts';
import { saidOfPerson } from './person-reasons.ts';
import { recipientsNamed } from './recipients.ts';
import type { ContactRecord, CrmRecords, LeadRecord } from './records.ts';
import { followRelated, type RelatedRecordPath } from './related-record.ts';
import { labelOf } from './sentences.ts';

/** What crmContext may name, in the order in which the body names it. */
export const CRM_OBJECT_TYPES = ['Opportunity', 'Account', 'Contact', 'Lead'] as const;
export type CrmObjectType = (typeof CRM_OBJECT_TYPES)[number];

export interface CrmObject {
  readonly type: CrmObjectType;
  readonly id: string;
}

/** A person whom the content was given to, with the record that stands for him in Salesforce. */
export interface Recipient {
  readonly email: string;
  readonly name?: string;
  readonly title?: string;
  readonly object?: CrmObject;
}

/** What Salesforce says about a share, and why, kept with the event. */
export interface Match {
  readonly matched: boolean;
  /** in the order of CRM_OBJECT_TYPES */
  readonly objects: readonly CrmObject[];
  readonly recipients: readonly Recipient[];
  /** sentences: candidates, why this one, why none */
  readonly reasons: readonly string[];
}

interface Context {
  readonly records: CrmRecords;
  readonly timezone: string;
}

/** Of each type the Ids, possibly repeated, in the order in which they are to be named. */
type Named = Readonly<Record<CrmObjectType, readonly (string | undefined)[]>>;

/**
 * Ties a share to the Salesforce records that it belongs to: a delivery by what it relates to, a
 * Drive share by the addresses of those whom it names. `records` must hold what `lookUp` finds
 * for a batch with this share in it; what is not there counts as deleted or hidden. `timezone` is
 * the tenant's, an IANA name.
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
  const trail = followRelated(share.related, context.records);
  const deal = dealOf(trail, share, context);
  const objects = objectsOf({
    Opportunity: [trail.opportunityId ?? deal?.opportunity?.id],
    Account: [trail.accountId],
    Contact: [trail.contactId],
    Lead: [trail.leadId],
  });
  return {
    matched: objects.length > 0,
    objects,
    recipients: recipientsOf(trail),
    reasons: [...trail.reasons, ...(deal?.reasons ?? [])],
  };
}

/** A recipient with what stands for him in Salesforce. */
interface Known {
  readonly recipient: Recipient;
  readonly accountId: string | undefined;
  readonly reasons: readonly string[];
}

/** One deal at most for each Account: the roles of all recipients speak, whoever employs them. */
function matchRecipients(share: Share, context: Context): Match {
  const people = recipientsNamed(share).map((grantee) => recognize(grantee, context.records));
  const objectsOfPeople = people.flatMap(({ recipient }) => recipient.object ?? []);
  const idsOf = (type: CrmObjectType) =>
    objectsOfPeople.filter((object) => object.type === type).map(({ id }) => id);
  const contactIds = idsOf('Contact');
  const accountIds = [...new Set(present(people.map(({ accountId }) => accountId)))];
  const deals = accountIds.map((accountId) =>
    chooseDeal(context.records, {
      accountId,
      recipientContactIds: contactIds,
      sharedAt: share.sharedAt,
      timezone: context.timezone,
    }),
  );
  const objects = objectsOf({
    Opportunity: deals.map(({ opportunity }) => opportunity?.id),
    Account: accountIds,
    Contact: contactIds,
    Lead: idsOf('Lead'),
  });
  const ofPeople = people.map(({ reasons }) => reasons);
  const ofDeals = deals.map(({ reasons }, index) =>
    deals.length === 1 ? reasons : ofAccount(accountIds[index] ?? '', reasons, context),
  );
  return {
    matched: objects.length > 0,
    objects,
    recipients: people.map(({ recipient }) => recipient),
    reasons:
      people.length === 0
        ? ['The share names nobody outside by an address.']
        : [...saidOfSome(ofPeople, 'recipients'), ...saidOfSome(ofDeals, 'Accounts')],
  };
}

/** What Salesforce calls the person goes before what Drive calls him. */
function recognize({ email, name }: Grantee, records: CrmRecords): Known {
  const person = findPerson(email, records);
  const account = isStranger(person) ? onlyAccount(searchByDomain(email, records)) : undefined;
  return {
    recipient: { email, ...(name && { name }), ...recordOf(person) },
    accountId: account?.id ?? accountOfPerson(person),
    reasons: saidOfPerson(email, person, records),
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
    // The content still went to the person whom the Lead names.
    case 'orphan':
      return namesOf(person.lead);
    case 'nobody':
      return {};
  }
}

function namesOf({ name, title }: ContactRecord | LeadRecord): Partial<Recipient> {
  return { ...(name && { name }), ...(title && { title }) };
}

function objectOf(type: CrmObjectType, { id }: { readonly id: string }): CrmObject {
  return { type, id };
}

function ofAccount(
  id: string,
  reasons: readonly string[],
  { records }: Context,
): readonly string[] {
  const label = labelOf(records.accounts.get(id) ?? { id });
  return reasons.map((reason) => `For the Account ${label}: ${reason}`);
}

/** A file may be given to hundreds; the sentences stay a page. */
function saidOfSome(
  reasons: readonly (readonly string[])[],
  what: 'recipients' | 'Accounts',
): readonly string[] {
  const explained = reasons.slice(0, REASON_LIMITS.peopleExplainedMax);
  const more = reasons.length - explained.length;
  return more > 0 ? [...explained.flat(), `And ${more} more ${what}.`] : explained.flat();
}

function dealOf(trail: RelatedRecordPath, share: Share, context: Context): DealChoice | undefined {
  if (trail.accountId === undefined || trail.opportunityId !== undefined) return undefined;
  const contactId = trail.recipient && trail.contactId;
  return chooseDeal(context.records, {
    accountId: trail.accountId,
    recipientContactIds: contactId === undefined ? [] : [contactId],
    sharedAt: share.sharedAt,
    timezone: context.timezone,
  });
}

function recipientsOf(trail: RelatedRecordPath): readonly Recipient[] {
  const { recipient, contactId, leadId } = trail;
  if (!recipient) return [];
  const [object] = objectsOf({
    Opportunity: [],
    Account: [],
    Contact: [contactId],
    Lead: [leadId],
  });
  return [{ ...recipient, ...(object && { object }) }];
}

function objectsOf(named: Named): readonly CrmObject[] {
  const objects: CrmObject[] = [];
  for (const type of CRM_OBJECT_TYPES) {
    for (const id of distinct(present(named[type]))) objects.push({ type, id });
  }
  return objects;
}

function distinct(ids: readonly string[]): Iterable<string> {
  return ids.length > 1 ? new Set(ids) : ids;
}

function present(ids: readonly (string | undefined)[]): readonly string[] {
  return ids.filter((id) => id !== undefined);
}
