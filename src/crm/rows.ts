import { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { addressOf } from '../share/address.ts';
import { type FaultyRow, faultyRowOf } from '../vendors/faulty-row.ts';
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

// Compiled: a first sync reads hundreds of thousands of rows.
const contactRow = z.compile(
  z.object({
    Id: requiredId,
    Email: optionalText,
    Name: optionalText,
    Title: optionalText,
    AccountId: optionalId,
    Account: parentAccount,
    LastModifiedDate: requiredTime,
  }),
);
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
const contactRoleRow = z.compile(
  z.object({
    OpportunityId: requiredId,
    ContactId: requiredId,
    IsPrimary: decidingFlag,
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
  readonly account?: AccountRecord;
}

/**
 * Each reader parses one row of a Salesforce response. Throws UnreadableRecord if a required column
 * is missing or invalid; an invalid optional column counts as empty.
 */
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
  const record = {
    id: opportunity.Id,
    ...present('name', opportunity.Name),
    ...present('accountId', opportunity.AccountId),
    createdAt: opportunity.CreatedDate,
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
  const parsed = parse('Case', caseRow, row);
  const record = {
    id: parsed.Id,
    ...present('accountId', parsed.AccountId),
    ...present('contactId', parsed.ContactId),
  };
  return { record, ...accountOf(parsed) };
}

function personOf(row: z.output<typeof contactRow> | z.output<typeof leadRow>) {
  const email = addressOf(row.Email);
  return {
    id: row.Id,
    ...(email === undefined ? present('invalidEmail', row.Email?.trim()) : { email }),
    ...present('name', row.Name),
    ...present('title', row.Title),
    modifiedAt: row.LastModifiedDate,
  };
}

function accountOf(row: {
  readonly AccountId?: string | null | undefined;
  readonly Account?: { readonly Name?: string | null | undefined } | null | undefined;
}): { readonly account?: AccountRecord } {
  if (!row.AccountId || !row.Account) return {};
  return { account: { id: row.AccountId, ...present('name', row.Account.Name) } };
}

/** The property, or no property if Salesforce has no value. */
function present<K extends string>(key: K, value: string | null | undefined) {
  return (value ? { [key]: value } : {}) as { readonly [P in K]?: string };
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
  const id = idOnly.safeParse(row).data?.Id;
  throw new UnreadableRecord(faultyRowOf(object, row, { id, issues: parsed.error.issues }));
}
