import { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { omitUndefined } from '../lib/omit-undefined.ts';
import { addressOf } from '../share/address.ts';
import { type FaultyRow, faultyRowOf } from '../vendors/faulty-row.ts';
import { readFlag, readId, readParent, readText, readTime } from '../vendors/salesforce/columns.ts';
import { rowOf } from '../vendors/salesforce/responses.ts';
import {
  decidingFlag,
  optionalId,
  optionalText,
  requiredId,
  requiredTime,
} from '../vendors/salesforce/zod-fields.ts';
import type {
  AccountRecord,
  CaseRecord,
  ContactRecord,
  ContactRoleRecord,
  LeadRecord,
  OpportunityRecord,
} from './records.ts';

/** An invalid day counts as missing. It matters only for an Opportunity that is closed now. */
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .nullish()
  .catch(undefined);
/** null if the record has no Account or the Account is hidden */
const parentAccount = z.object({ Name: optionalText }).nullish().catch(undefined);

// Read without zod, as deliveries are; the schemas are only for the sentences about faulty rows.
const contactColumns = z.object({ Id: requiredId, LastModifiedDate: requiredTime });
const contactRoleColumns = z.object({
  OpportunityId: requiredId,
  ContactId: requiredId,
  IsPrimary: decidingFlag,
});

// Compiled: a first sync reads many rows.
const leadRow = z.compile(
  z.object({
    Id: requiredId,
    Email: optionalText,
    Name: optionalText,
    Title: optionalText,
    IsConverted: decidingFlag,
    ConvertedContactId: optionalId,
    ConvertedAccountId: optionalId,
    LastModifiedDate: requiredTime,
  }),
);
const accountRow = z.object({ Id: requiredId, Name: optionalText });
const websiteRow = accountRow.extend({ Website: optionalText });
const opportunityRow = z.compile(
  z.object({
    Id: requiredId,
    Name: optionalText,
    AccountId: optionalId,
    Account: parentAccount,
    CreatedDate: requiredTime,
    CloseDate: day,
    IsClosed: decidingFlag,
  }),
);
const caseRow = z.compile(
  z.object({
    Id: requiredId,
    AccountId: optionalId,
    ContactId: optionalId,
    Account: parentAccount,
  }),
);

const idOnly = z.object({ Id: z.string() });

/** A record with the Account that its row contains. */
export interface WithAccount<T> {
  readonly record: T;
  readonly account: AccountRecord | undefined;
}

/**
 * Each reader parses one row of a Salesforce response. Throws UnreadableRecord if a required column
 * is missing or invalid; an invalid optional column counts as empty.
 */
export function readContact(row: unknown): WithAccount<ContactRecord> {
  const columns = rowOf(row);
  const id = readId(columns['Id']);
  const modifiedAt = readTime(columns['LastModifiedDate']);
  if (id === undefined || modifiedAt === undefined)
    throw unreadable('Contact', contactColumns, row);
  const AccountId = readId(columns['AccountId']);
  const parent = readParent(columns['Account']);
  const record = omitUndefined<ContactRecord>({
    id,
    ...addressIn(readText(columns['Email'])),
    name: given(readText(columns['Name'])),
    title: given(readText(columns['Title'])),
    accountId: AccountId,
    modifiedAt,
  });
  const Account = parent && { Name: readText(parent['Name']) };
  return { record, account: accountOf({ AccountId, Account }) };
}

export function readLead(row: unknown): LeadRecord {
  const lead = parse('Lead', leadRow, row);
  return omitUndefined<LeadRecord>({
    id: lead.Id,
    ...addressIn(lead.Email),
    name: given(lead.Name),
    title: given(lead.Title),
    converted: lead.IsConverted,
    convertedContactId: given(lead.ConvertedContactId),
    convertedAccountId: given(lead.ConvertedAccountId),
    modifiedAt: lead.LastModifiedDate,
  });
}

export function readAccount(row: unknown): AccountRecord {
  const account = parse('Account', accountRow, row);
  return omitUndefined<AccountRecord>({ id: account.Id, name: given(account.Name) });
}

/** An Account with its website as a user typed it: a URL, or only a host. */
export function readWebsite(row: unknown): {
  readonly account: AccountRecord;
  readonly website: string;
} {
  const { Website, ...account } = parse('Account', websiteRow, row);
  return { account: readAccount(account), website: Website ?? '' };
}

export function readOpportunity(row: unknown): WithAccount<OpportunityRecord> {
  const opportunity = parse('Opportunity', opportunityRow, row);
  const record = omitUndefined<OpportunityRecord>({
    id: opportunity.Id,
    name: given(opportunity.Name),
    accountId: given(opportunity.AccountId),
    createdAt: opportunity.CreatedDate,
    closeDay: given(opportunity.CloseDate),
    closed: opportunity.IsClosed,
  });
  return { record, account: accountOf(opportunity) };
}

export function readContactRole(row: unknown): ContactRoleRecord {
  const columns = rowOf(row);
  const opportunityId = readId(columns['OpportunityId']);
  const contactId = readId(columns['ContactId']);
  const primary = readFlag(columns['IsPrimary'] ?? false);
  if (opportunityId === undefined || contactId === undefined || primary === undefined) {
    throw unreadable('OpportunityContactRole', contactRoleColumns, row);
  }
  return { opportunityId, contactId, primary };
}

export function readCase(row: unknown): WithAccount<CaseRecord> {
  const parsed = parse('Case', caseRow, row);
  const record = omitUndefined<CaseRecord>({
    id: parsed.Id,
    accountId: given(parsed.AccountId),
    contactId: given(parsed.ContactId),
  });
  return { record, account: accountOf(parsed) };
}

function addressIn(text: string | null | undefined) {
  const email = addressOf(text);
  return { email, invalidEmail: email === undefined ? given(text?.trim()) : undefined };
}

function accountOf(row: {
  readonly AccountId?: string | null | undefined;
  readonly Account?: { readonly Name?: string | null | undefined } | null | undefined;
}): AccountRecord | undefined {
  if (!row.AccountId || !row.Account) return undefined;
  return omitUndefined<AccountRecord>({ id: row.AccountId, name: given(row.Account.Name) });
}

/** Undefined if Salesforce has no value. */
function given(value: string | null | undefined): string | undefined {
  return value || undefined;
}

/** A record that cannot be read. Its message names fields, but never quotes the row. */
export class UnreadableRecord extends UserError {
  override readonly name = 'UnreadableRecord';
  readonly row: FaultyRow;

  constructor(row: FaultyRow) {
    super(`Salesforce returned a ${row.kind} row that cannot be read: ${row.problem}`, {
      hint: "Check the integration user's access to this object and its fields in Salesforce.",
    });
    this.row = row;
  }
}

function parse<T>(object: string, schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw unreadable(object, schema, row);
}

function unreadable(object: string, schema: z.ZodType, row: unknown): UnreadableRecord {
  const issues = schema.safeParse(row).error?.issues ?? [];
  const id = idOnly.safeParse(row).data?.Id;
  return new UnreadableRecord(faultyRowOf(object, row, { id, issues }));
}
