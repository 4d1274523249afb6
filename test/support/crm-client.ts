import type { QueryBatch } from '../../src/crm/look-up.ts';
import type { CaseRecord, OpportunityRecord } from '../../src/crm/records.ts';
import type { Org, OrgContact, OrgLead } from './crm-org.ts';

const QUERIES_PER_CALL = 5;

type Row = Readonly<Record<string, unknown>>;

/** Runs the lookup's SOQL over a fake org, returns rows in Salesforce's format, and counts. */
export class OrgClient implements QueryBatch {
  /** composite calls of five queries each, as Salesforce counts them */
  calls = 0;
  /** sequential batches of queries */
  rounds = 0;
  readonly soqls: string[] = [];

  readonly #tables: ReadonlyMap<string, readonly Row[]>;

  constructor(org: Org) {
    this.#tables = new Map([
      [
        'Account',
        org.accounts.map((each) => ({
          Id: each.id,
          Name: each.name ?? null,
          Website: each.website ?? null,
        })),
      ],
      ['Contact', org.contacts.map((each) => contactRow(each, org))],
      ['Lead', org.leads.map(leadRow)],
      ['Case', org.cases.map((each) => caseRow(each, org))],
      ['Opportunity', org.opportunities.map((each) => opportunityRow(each, org))],
      ['OpportunityContactRole', org.roles.map(roleRow)],
    ]);
  }

  async queryBatch(soqls: readonly string[]): Promise<readonly (readonly unknown[])[]> {
    this.rounds += 1;
    this.calls += Math.ceil(soqls.length / QUERIES_PER_CALL);
    this.soqls.push(...soqls);
    return soqls.map((soql) => this.#run(soql));
  }

  /** The number of queries that read this object. */
  countOf(object: string): number {
    return this.soqls.filter((soql) => soql.includes(` FROM ${object} `)).length;
  }

  #run(soql: string): readonly Row[] {
    const [, fields = '', object = '', where = ''] =
      /^SELECT (.+?) FROM (\w+) WHERE (.+)$/s.exec(soql) ?? [];
    const rows = this.#tables.get(object);
    if (!rows) throw new Error(`cannot run ${soql}`);
    const filter = where.includes(' LIKE ') ? likeFilter(where) : listFilter(where);
    return rows.filter(filter).map((row) => selected(row, fields));
  }
}

/** `Id IN ('…','…')` with further conditions. Emails ignore case, Ids do not. */
function listFilter(where: string): (row: Row) => boolean {
  const [, column = '', list = '', rest = ''] =
    /^(\w+) IN \(('(?:[^'\\]|\\.)*'(?:,'(?:[^'\\]|\\.)*')*)\)(.*)$/s.exec(where) ?? [];
  if (column === '') throw new Error(`cannot filter by ${where}`);
  const fold = (text: string) => (column === 'Email' ? text.toLowerCase() : text);
  const values = new Set(literalsIn(list).map(fold));
  return (row) =>
    row[column] !== null && values.has(fold(String(row[column]))) && passes(row, rest);
}

/** `Website LIKE '…' OR Website LIKE '…'`, with wildcards only at the ends. */
function likeFilter(where: string): (row: Row) => boolean {
  const patterns = literalsIn(where).map((pattern) => {
    const inner = pattern.replace(/^%/, '').replace(/%$/, '');
    const start = pattern.startsWith('%') ? '' : '^';
    return new RegExp(`${start}${RegExp.escape(inner)}`, 'i');
  });
  return (row) => patterns.some((pattern) => pattern.test(String(row['Website'] ?? '')));
}

function literalsIn(soql: string): readonly string[] {
  const literals = [...soql.matchAll(/'((?:[^'\\]|\\.)*)'/gs)];
  return literals.map(([, inner = '']) => inner.replace(/\\(.)/gs, '$1'));
}

/** The rest of a WHERE clause, which only the query for Accounts' Opportunities has. */
function passes(row: Row, rest: string): boolean {
  if (rest === '') return true;
  const [, day = '', time = ''] =
    /^ AND \(IsClosed = false OR CloseDate >= (\S+)\) AND CreatedDate < (\S+)$/.exec(rest) ?? [];
  if (day === '') throw new Error(`cannot filter by ${rest}`);
  const recent = row['CloseDate'] !== null && String(row['CloseDate']) >= day;
  const created = Date.parse(String(row['CreatedDate']).replace('+0000', 'Z'));
  return (row['IsClosed'] === false || recent) && created < Date.parse(time);
}

function selected(row: Row, fields: string): Row {
  const names = fields.split(', ').map((field) => field.replace('Account.Name', 'Account'));
  const values = names.map((name) => [name, row[name] ?? null] as const);
  return { attributes: { type: 'fake' }, ...Object.fromEntries(values) };
}

function withAccount(record: { readonly accountId?: string }, org: Org): Row {
  const account = org.accounts.find((each) => each.id === record.accountId);
  return {
    AccountId: record.accountId ?? null,
    Account: account ? { Name: account.name ?? null } : null,
  };
}

function caseRow(record: CaseRecord, org: Org): Row {
  return { Id: record.id, ContactId: record.contactId ?? null, ...withAccount(record, org) };
}

function contactRow(contact: OrgContact, org: Org): Row {
  return { ...personRow(contact), ...withAccount(contact, org) };
}

function leadRow(lead: OrgLead): Row {
  return {
    ...personRow(lead),
    IsConverted: lead.converted,
    ConvertedContactId: lead.convertedContactId ?? null,
    ConvertedAccountId: lead.convertedAccountId ?? null,
  };
}

function personRow(person: OrgContact | OrgLead): Row {
  return {
    Id: person.id,
    Email: person.email ?? null,
    Name: person.name ?? null,
    Title: person.title ?? null,
    LastModifiedDate: timeText(person.modifiedAt ?? 0),
  };
}

function opportunityRow(opportunity: OpportunityRecord, org: Org): Row {
  return {
    Id: opportunity.id,
    Name: opportunity.name ?? null,
    ...withAccount(opportunity, org),
    CreatedDate: timeText(opportunity.createdAt),
    CloseDate: opportunity.closeDay ?? null,
    IsClosed: opportunity.closed,
  };
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

function roleRow(role: Org['roles'][number]): Row {
  return {
    OpportunityId: role.opportunityId,
    ContactId: role.contactId,
    IsPrimary: role.primary,
  };
}
