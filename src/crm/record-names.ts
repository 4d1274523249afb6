import { comparedAddress } from '../share/address.ts';
import type { CrmObject, Match } from './match.ts';
import { shortName } from './reason-text.ts';
import type { ContactRecord, CrmRecords, LeadRecord } from './records.ts';

/** The match with the names of its objects, for people who read it; hidden names are missing. */
export function withNames(match: Match, records: CrmRecords): Match {
  return { ...match, objects: match.objects.map((object) => withName(object, match, records)) };
}

function withName(object: CrmObject, match: Match, records: CrmRecords): CrmObject {
  const { type, id } = object;
  const name = shortName(nameOf(object, match, records) ?? '');
  return name === '' ? object : { type, id, name };
}

function nameOf({ type, id }: CrmObject, match: Match, records: CrmRecords): string | undefined {
  switch (type) {
    case 'Opportunity':
      return opportunityName(id, match, records);
    case 'Account':
      return records.accounts.get(id)?.name;
    case 'Contact':
      return records.contacts.get(id)?.name ?? personName(id, match, records.contactsOfEmail);
    case 'Lead':
      return records.leads.get(id)?.name ?? personName(id, match, records.leadsOfEmail);
  }
}

/** Of a Drive share's recipient: their record was found by its address. */
function personName(
  id: string,
  { recipients }: Match,
  ofEmail: ReadonlyMap<string, readonly (ContactRecord | LeadRecord)[]>,
): string | undefined {
  const email = recipients.find(({ object }) => object?.id === id)?.email ?? '';
  return ofEmail.get(comparedAddress(email))?.find((record) => record.id === id)?.name;
}

/** Named by the share itself, or chosen from those of its Accounts. */
function opportunityName(id: string, { objects }: Match, records: CrmRecords): string | undefined {
  const named = records.opportunities.get(id);
  if (named) return named.name;
  for (const { id: accountId } of objects.filter(({ type }) => type === 'Account')) {
    const found = records.opportunitiesOfAccount.get(accountId)?.find((one) => one.id === id);
    if (found) return found.name;
  }
  return undefined;
}
