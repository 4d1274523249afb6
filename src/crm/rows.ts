import { z } from 'zod';
import { salesforceTime } from '../vendors/salesforce/time.ts';
import type {
  AccountRecord,
  CaseRecord,
  ContactRecord,
  ContactRoleRecord,
  LeadRecord,
  OpportunityRecord,
} from './records.ts';

/** Salesforce REST guide: Ids in answers are the 18-character form. */
const id = z.string().regex(/^[a-zA-Z0-9]{18}$/, 'expected an 18-character Id');
const maybeId = id.nullish();
const maybeText = z.string().nullish();
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day, YYYY-MM-DD');
/** null where the record has no Account, and where the Account is hidden */
const parentAccount = z.object({ Name: maybeText }).nullish();

const contactRow = z.object({
  Id: id,
  Email: maybeText,
  Name: maybeText,
  Title: maybeText,
  AccountId: maybeId,
  Account: parentAccount,
  LastModifiedDate: z.string(),
});
const leadRow = z.object({
  Id: id,
  Email: maybeText,
  Name: maybeText,
  Title: maybeText,
  IsConverted: z.boolean(),
  ConvertedContactId: maybeId,
  ConvertedAccountId: maybeId,
  LastModifiedDate: z.string(),
});
const accountRow = z.object({ Id: id, Name: maybeText });
const websiteRow = accountRow.extend({ Website: maybeText });
const opportunityRow = z.object({
  Id: id,
  Name: maybeText,
  AccountId: maybeId,
  Account: parentAccount,
  CreatedDate: z.string(),
  CloseDate: day.nullish(),
  IsClosed: z.boolean(),
});
const contactRoleRow = z.object({ OpportunityId: id, ContactId: id, IsPrimary: z.boolean() });
const caseRow = z.object({
  Id: id,
  AccountId: maybeId,
  ContactId: maybeId,
  Account: parentAccount,
});

/** A record with the Account that came along with it. */
export interface WithAccount<T> {
  readonly record: T;
  readonly account?: AccountRecord;
}

/** Each reader takes one row as Salesforce answered it, and throws where it does not fit. */
export function readContact(row: unknown): WithAccount<ContactRecord> {
  const contact = parse('Contact', contactRow, row);
  const record = { ...personOf(contact), ...present('accountId', contact.AccountId) };
  return { record, ...accountOf(contact) };
}

export function readLead(row: unknown): LeadRecord {
  const lead = parse('Lead', leadRow, row);
  return {
    ...personOf(lead),
    converted: lead.IsConverted,
    ...present('convertedContactId', lead.ConvertedContactId),
    ...present('convertedAccountId', lead.ConvertedAccountId),
  };
}

export function readAccount(row: unknown): AccountRecord {
  const account = parse('Account', accountRow, row);
  return { id: account.Id, ...present('name', account.Name) };
}

/** An Account with its website as somebody typed it: a URL, or only a host. */
export function readWebsite(row: unknown): {
  readonly account: AccountRecord;
  readonly website: string;
} {
  const { Website, ...account } = parse('Account', websiteRow, row);
  return { account: readAccount(account), website: Website ?? '' };
}

export function readOpportunity(row: unknown): WithAccount<OpportunityRecord> {
  const opportunity = parse('Opportunity', opportunityRow, row);
  const record = {
    id: opportunity.Id,
    ...present('name', opportunity.Name),
    ...present('accountId', opportunity.AccountId),
    createdAt: salesforceTime(opportunity.CreatedDate),
    ...present('closeDay', opportunity.CloseDate),
    closed: opportunity.IsClosed,
  };
  return { record, ...accountOf(opportunity) };
}

export function readContactRole(row: unknown): ContactRoleRecord {
  const role = parse('OpportunityContactRole', contactRoleRow, row);
  return {
    opportunityId: role.OpportunityId,
    contactId: role.ContactId,
    primary: role.IsPrimary,
  };
}

export function readCase(row: unknown): WithAccount<CaseRecord> {
  const found = parse('Case', caseRow, row);
  const record = {
    id: found.Id,
    ...present('accountId', found.AccountId),
    ...present('contactId', found.ContactId),
  };
  return { record, ...accountOf(found) };
}

function personOf(row: z.output<typeof contactRow> | z.output<typeof leadRow>) {
  return {
    id: row.Id,
    ...present('email', row.Email),
    ...present('name', row.Name),
    ...present('title', row.Title),
    modifiedAt: salesforceTime(row.LastModifiedDate),
  };
}

function accountOf(row: {
  readonly AccountId?: string | null | undefined;
  readonly Account?: { readonly Name?: string | null | undefined } | null | undefined;
}): { readonly account?: AccountRecord } {
  if (!row.AccountId || !row.Account) return {};
  return { account: { id: row.AccountId, ...present('name', row.Account.Name) } };
}

/** The property, or nothing where Salesforce has no value. */
function present<K extends string>(key: K, value: string | null | undefined) {
  return (value ? { [key]: value } : {}) as { readonly [P in K]?: string };
}

/** The message names the field and what was expected, never the row: it may hold a person. */
function parse<T>(object: string, schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error);
  throw new Error(`Salesforce answered a row of ${object} that cannot be read: ${problems}`);
}
