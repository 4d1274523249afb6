import { GENERATED_POD, GeneratedTable } from './generated-table.ts';
import { makeId, numberOfId } from './ids.ts';
import type { SchemaCatalog } from './schema-catalog.ts';
import { type Value, wholeSecond } from './values.ts';

export interface GeneratedDeliveries {
  readonly count: number;
  /** creation time of the first delivery, epoch milliseconds */
  readonly firstAt: number;
  /** interval between deliveries; below 1,000, several have the same second, as in bulk inserts */
  readonly everyMs: number;
  /** number of contacts that the deliveries are spread over; four belong to one account */
  readonly contacts: number;
}

const CONTACTS_PER_ACCOUNT = 4;
const CRM_AGE_MS = 30 * 86_400_000;
const OPEN_DAYS_MS = 365 * 86_400_000;
const FIRST_NAMES = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Frances', 'Ken'];
const LAST_NAMES = ['Lovelace', 'Hopper', 'Turing', 'Dijkstra', 'Liskov', 'Knuth', 'Allen'];
const TITLES = ['CFO', 'Head of Procurement', 'Engineer', 'Director of IT', 'Buyer'];

type Compute = Readonly<Record<string, (number: number) => Value>>;

const id = (prefix: string) => (number: number) => makeId(prefix, number, GENERATED_POD);
const pick = (words: readonly string[], number: number): string =>
  words[number % words.length] ?? '';

/**
 * Tables for a benchmark: `count` deliveries, each with a document and a version, related to one of
 * `contacts` contacts. Each contact has an account with one open opportunity, and a role in it. The
 * users in `userIds` take turns as creators.
 */
export function generateDeliveries(
  catalog: SchemaCatalog,
  options: GeneratedDeliveries,
  userIds: readonly string[],
): readonly GeneratedTable[] {
  const userOf = (number: number): string => pick(userIds, number);
  return [
    ...deliveryTables(catalog, options, userOf),
    contactTable(catalog, options, userOf),
    ...accountTables(catalog, options, userOf),
  ];
}

function auditOf(at: (number: number) => number, userOf: (number: number) => string): Compute {
  return {
    CreatedDate: at,
    LastModifiedDate: at,
    SystemModstamp: at,
    CreatedById: userOf,
    LastModifiedById: userOf,
  };
}

function deliveryTables(
  catalog: SchemaCatalog,
  options: GeneratedDeliveries,
  userOf: (number: number) => string,
): readonly GeneratedTable[] {
  const { count, contacts } = options;
  const at = (number: number): number => wholeSecond(options.firstAt + number * options.everyMs);
  const file: Compute = {
    ...auditOf(at, userOf),
    OwnerId: userOf,
    Title: (number) => `Proposal ${number}`,
    FileExtension: () => 'pdf',
    FileType: () => 'PDF',
    ContentSize: (number) => 20_000 + (number % 1000),
  };
  const byNumber = (key: unknown): readonly number[] => numbersOf(key);
  const contactsOf = (key: unknown): readonly number[] => {
    const [first] = numbersOf(key);
    if (first === undefined || first >= contacts) return [];
    return Array.from(
      { length: Math.ceil((count - first) / contacts) },
      (_, turn) => first + turn * contacts,
    );
  };
  return [
    new GeneratedTable({
      schema: catalog.stored('ContentDistribution'),
      count,
      fields: {
        ...auditOf(at, userOf),
        Id: id('05D'),
        OwnerId: userOf,
        Name: (number) => `Proposal ${number}`,
        ContentVersionId: id('068'),
        ContentDocumentId: id('069'),
        RelatedRecordId: (number) => id('003')(number % contacts),
        ViewCount: () => 0,
        PreferencesAllowViewInBrowser: () => true,
        DistributionPublicUrl: (number) =>
          `https://acme.file.force.com/sfc/p/#/a/${id('05D')(number)}`,
      },
      indexes: {
        ContentVersionId: byNumber,
        ContentDocumentId: byNumber,
        RelatedRecordId: contactsOf,
      },
    }),
    new GeneratedTable({
      schema: catalog.stored('ContentVersion'),
      count,
      fields: {
        ...file,
        Id: id('068'),
        ContentDocumentId: id('069'),
        VersionNumber: () => '1',
        IsLatest: () => true,
        PathOnClient: (number) => `Proposal ${number}.pdf`,
      },
      indexes: { ContentDocumentId: byNumber },
    }),
    new GeneratedTable({
      schema: catalog.stored('ContentDocument'),
      count,
      fields: { ...file, Id: id('069'), LatestPublishedVersionId: id('068') },
      indexes: { LatestPublishedVersionId: byNumber },
    }),
  ];
}

function contactTable(
  catalog: SchemaCatalog,
  options: GeneratedDeliveries,
  userOf: (number: number) => string,
): GeneratedTable {
  const firstName = (number: number): string => pick(FIRST_NAMES, number);
  const lastName = (number: number): string => pick(LAST_NAMES, number);
  const email = (number: number): string => {
    const person = `${firstName(number)}.${lastName(number)}.${number}`.toLowerCase();
    return `${person}@customer${accountOf(number)}.example`;
  };
  return new GeneratedTable({
    schema: catalog.stored('Contact'),
    count: options.contacts,
    fields: {
      ...auditOf(crmTime(options), userOf),
      Id: id('003'),
      OwnerId: userOf,
      AccountId: (number) => id('001')(accountOf(number)),
      FirstName: firstName,
      LastName: lastName,
      Name: (number) => `${firstName(number)} ${lastName(number)}`,
      Title: (number) => pick(TITLES, number),
      Email: email,
    },
    indexes: {
      AccountId: (key) => contactsOfAccount(key),
      Email: (key) => {
        const number = Number(/\.(\d+)@/.exec(String(key))?.[1] ?? Number.NaN);
        return Number.isSafeInteger(number) && email(number) === key ? [number] : [];
      },
    },
  });
}

function accountTables(
  catalog: SchemaCatalog,
  options: GeneratedDeliveries,
  userOf: (number: number) => string,
): readonly GeneratedTable[] {
  const count = Math.ceil(options.contacts / CONTACTS_PER_ACCOUNT);
  const audit = auditOf(crmTime(options), userOf);
  const lastAt = options.firstAt + options.count * options.everyMs;
  const closeDate = new Date(lastAt + OPEN_DAYS_MS).toISOString().slice(0, 10);
  return [
    new GeneratedTable({
      schema: catalog.stored('Account'),
      count,
      fields: {
        ...audit,
        Id: id('001'),
        OwnerId: userOf,
        Name: (number) => `Customer ${number}`,
        Website: (number) => `https://www.customer${number}.example`,
      },
      indexes: {},
    }),
    new GeneratedTable({
      schema: catalog.stored('Opportunity'),
      count,
      fields: {
        ...audit,
        Id: id('006'),
        OwnerId: userOf,
        AccountId: id('001'),
        Name: (number) => `Customer ${number}: renewal`,
        StageName: () => 'Proposal/Price Quote',
        Amount: (number) => 1000 * (1 + (number % 90)),
        CloseDate: () => closeDate,
      },
      indexes: { AccountId: numbersOf },
    }),
    new GeneratedTable({
      schema: catalog.stored('OpportunityContactRole'),
      count: options.contacts,
      fields: {
        ...audit,
        Id: id('00K'),
        OpportunityId: (number) => id('006')(accountOf(number)),
        ContactId: id('003'),
        Role: () => 'Decision Maker',
        IsPrimary: (number) => number % CONTACTS_PER_ACCOUNT === 0,
      },
      indexes: { ContactId: numbersOf, OpportunityId: contactsOfAccount },
    }),
  ];
}

/** Contacts, accounts, and deals are older than the first delivery. */
function crmTime(options: GeneratedDeliveries): (number: number) => number {
  const at = wholeSecond(options.firstAt - CRM_AGE_MS);
  return () => at;
}

function accountOf(contactNumber: number): number {
  return Math.floor(contactNumber / CONTACTS_PER_ACCOUNT);
}

function numbersOf(key: unknown): readonly number[] {
  const number = typeof key === 'string' ? numberOfId(key, GENERATED_POD) : undefined;
  return number === undefined ? [] : [number];
}

function contactsOfAccount(key: unknown): readonly number[] {
  return numbersOf(key).flatMap((account) =>
    Array.from(
      { length: CONTACTS_PER_ACCOUNT },
      (_, place) => account * CONTACTS_PER_ACCOUNT + place,
    ),
  );
}
