import { REASON_LIMITS } from './limits.ts';
import type { ContactRecord, CrmRecords, LeadRecord } from './records.ts';

interface NamedRecord {
  readonly id: string;
  readonly name?: string;
}

/** `“Acme” (001…)`, or the Id alone if Salesforce shows no name. */
export function labelOf(record: NamedRecord): string {
  const name = shortName(record.name ?? '');
  return name === '' ? record.id : `“${name}” (${record.id})`;
}

/** The Account's name and Id, or the Id alone if the Account is hidden. */
export function accountLabel(id: string, records: CrmRecords): string {
  return labelOf(records.accounts.get(id) ?? { id });
}

/** The Contact's name and Id with its Account. */
export function contactWithAccountText(contact: ContactRecord, records: CrmRecords): string {
  const { accountId } = contact;
  const account =
    accountId === undefined
      ? 'without an Account'
      : `of the Account ${accountLabel(accountId, records)}`;
  return `${labelOf(contact)} ${account}`;
}

/** For a converted Lead whose Contact is deleted or hidden. */
export function orphanedLeadText(lead: LeadRecord, records: CrmRecords): string {
  const { convertedContactId, convertedAccountId: accountId } = lead;
  const contact = convertedContactId === undefined ? 'Contact' : `Contact ${convertedContactId}`;
  const start = `${labelOf(lead)}. It was converted, but its ${contact} is deleted or hidden`;
  return accountId === undefined
    ? `${start}, and it has no Account.`
    : `${start}, so its Account ${accountLabel(accountId, records)} is used.`;
}

/** An email address for a sentence: one line, whatever the source holds. */
export function emailText(email: string): string {
  return shortName(email) || 'an empty address';
}

/** Lists the first items and counts the rest: an Account can have thousands of Opportunities. */
export function listText<T>(items: readonly T[], format: (item: T) => string): string {
  const listed = items.slice(0, REASON_LIMITS.recordsListedMax).map(format).join(', ');
  const more = items.length - REASON_LIMITS.recordsListedMax;
  return more > 0 ? `${listed} and ${more} more` : listed;
}

/** ISO-8601 in UTC without fractions. */
export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Most names: one line, without white space at its ends or twice inside. */
const PRINTABLE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** One short line. Cuts between code points: JSON in the database cannot hold half a pair. */
export function shortName(name: string): string {
  const line = PRINTABLE.test(name) ? name : name.replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim();
  if (line.length <= REASON_LIMITS.nameLengthMax) return line;
  const points = [...line];
  if (points.length <= REASON_LIMITS.nameLengthMax) return line;
  return `${points.slice(0, REASON_LIMITS.nameLengthMax - 1).join('')}…`;
}
