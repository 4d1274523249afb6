import { z } from 'zod';
import { UserError } from '../lib/errors.ts';
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

/** What is no day is none: it matters only for a deal that is closed now. */
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .nullish()
  .catch(undefined);
/** null where the record has no Account, and where the Account is hidden */
const parentAccount = z.object({ Name: optionalText }).nullish().catch(undefined);

// Compiled: a first sync reads hundreds of thousands of them.
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

/** A record with the Account that came along with it. */
export interface WithAccount<T> {
  readonly record: T;
  readonly account?: AccountRecord;
}

/**
 * Each reader takes one row as Salesforce answered it. Throws a UserError where it lacks what makes
 * it that record; an optional column that cannot be read counts as empty.
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

/** The property, or nothing where Salesforce has no value. */
function present<K extends string>(key: K, value: string | null | undefined) {
  return (value ? { [key]: value } : {}) as { readonly [P in K]?: string };
}

/** The message names the fields and what was expected, never the row: it may hold a person. */
function parse<T>(object: string, schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError(
    `Salesforce answered a row of ${object} that cannot be read: ${problems.join('; ')}`,
    {
      hint:
        'Compare what the integration user sees of this object with Salesforce. The page was not ' +
        'stored: the next run reads and looks it up again; nothing is lost.',
    },
  );
}
