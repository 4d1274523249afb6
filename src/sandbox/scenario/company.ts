import type { Org } from '../salesforce/org.ts';

/** The company's own domain, used as `internalDomains` in its tenant file. */
export const INTERNAL_DOMAIN = 'acme.example';
/** The user of an e-signature package, used as `ignoreCreatedBy` in the tenant file. */
export const PACKAGE_USERNAME = `signhere@${INTERNAL_DOMAIN}`;

const DAY_MS = 86_400_000;

/** Ids of the simulated company's records, by role. */
export interface Company {
  readonly users: Readonly<Record<SalesUser | 'package' | 'partner', string>>;
  readonly accounts: Readonly<Record<AccountName, string>>;
  readonly contacts: Readonly<Record<ContactName, string>>;
  readonly leads: Readonly<Record<'marta' | 'converted', string>>;
  readonly opportunities: Readonly<Record<OpportunityName, string>>;
  /** a support case of Solveig Energy */
  readonly caseId: string;
  /** a record of a custom object, which sharetrail cannot match */
  readonly quoteRoomId: string;
}

export const SALES_USERS = {
  ada: { FirstName: 'Ada', LastName: 'Brandt', Title: 'Account Executive' },
  bilal: { FirstName: 'Bilal', LastName: 'Haddad', Title: 'Account Executive' },
  chiara: { FirstName: 'Chiara', LastName: 'Conti', Title: 'Account Executive' },
  dmitri: { FirstName: 'Dmitri', LastName: 'Orlov', Title: 'Sales Engineer' },
  esther: { FirstName: 'Esther', LastName: 'Mensah', Title: 'Customer Success Manager' },
  finn: { FirstName: 'Finn', LastName: 'Larsen', Title: 'Head of Sales' },
} as const;
type SalesUser = keyof typeof SALES_USERS;

const ACCOUNTS = {
  brightwater: { Name: 'Brightwater Clinics', Industry: 'Healthcare' },
  halden: { Name: 'Halden Logistics', Industry: 'Transportation' },
  kestrel: { Name: 'Kestrel Robotics', Industry: 'Manufacturing' },
  marigold: { Name: 'Marigold Foods', Industry: 'Food & Beverage' },
  orion: { Name: 'Orion Shipyards', Industry: 'Shipping' },
  petrichor: { Name: 'Petrichor Textiles', Industry: 'Apparel' },
  quill: { Name: 'Quill & Partners', Industry: 'Consulting' },
  solveig: { Name: 'Solveig Energy', Industry: 'Utilities' },
} as const;
type AccountName = keyof typeof ACCOUNTS;

const CONTACTS = {
  ines: { account: 'brightwater', FirstName: 'Inês', LastName: 'Duarte', Title: 'CFO' },
  jonas: { account: 'halden', FirstName: 'Jonas', LastName: 'Vik', Title: 'Head of IT' },
  keiko: { account: 'kestrel', FirstName: 'Keiko', LastName: 'Mori', Title: 'Purchasing' },
  liam: { account: 'marigold', FirstName: 'Liam', LastName: "O'Neill", Title: 'COO' },
  noor: { account: 'orion', FirstName: 'Noor', LastName: 'Aziz', Title: 'General Counsel' },
  pavel: { account: 'petrichor', FirstName: 'Pavel', LastName: 'Novák', Title: 'CEO' },
  rosa: { account: 'quill', FirstName: 'Rosa', LastName: 'Klein', Title: 'Partner' },
  sven: { account: 'solveig', FirstName: 'Sven', LastName: 'Dahl', Title: 'Plant Manager' },
} as const;
/** `gina` works at the company itself, `hugo` has no Account, and `olga` has no email. */
type ContactName = keyof typeof CONTACTS | 'gina' | 'hugo' | 'olga';

const OPPORTUNITIES = {
  brightwaterPilot: { account: 'brightwater', Name: 'Brightwater: pilot', state: 'open' },
  haldenFleet: { account: 'halden', Name: 'Halden: fleet', state: 'open' },
  haldenRenewal: { account: 'halden', Name: 'Halden: renewal', state: 'open' },
  haldenTrial: { account: 'halden', Name: 'Halden: trial', state: 'lost' },
  kestrelArms: { account: 'kestrel', Name: 'Kestrel: arms', state: 'open' },
  kestrelSpares: { account: 'kestrel', Name: 'Kestrel: spares', state: 'open' },
  marigoldRollout: { account: 'marigold', Name: 'Marigold: roll-out', state: 'open' },
  orionYard: { account: 'orion', Name: 'Orion: yard 4', state: 'won' },
  petrichorLooms: { account: 'petrichor', Name: 'Petrichor: looms', state: 'open' },
  solveigGrid: { account: 'solveig', Name: 'Solveig: grid', state: 'open' },
} as const;
type OpportunityName = keyof typeof OPPORTUNITIES;

/** Adds the company's people and customers to the org, all created months ago. */
export function seedCompany(org: Org, now: number): Company {
  const long = { CreatedDate: now - 200 * DAY_MS };
  const users = seedUsers(org, long);
  const accounts = mapRecord(ACCOUNTS, (account, name) =>
    org.add('Account', { ...long, ...account, Website: `https://www.${name}.example` }),
  );
  const contacts = seedContacts(org, accounts, long);
  const opportunities = mapRecord(OPPORTUNITIES, ({ account, Name, state }) =>
    org.add('Opportunity', {
      CreatedDate: now - 60 * DAY_MS,
      AccountId: accounts[account],
      Name,
      OwnerId: users.ada,
      ...stageOf(state, now),
    }),
  );
  seedContactRoles(org, { contacts, opportunities, long });
  return {
    users,
    accounts,
    contacts,
    opportunities,
    leads: seedLeads(org, { accounts, contacts, long }),
    caseId: org.add('Case', {
      ...long,
      Subject: 'Meter reads twice',
      AccountId: accounts.solveig,
      ContactId: contacts.sven,
    }),
    quoteRoomId: org.add('Quote_Room__c', { ...long, Name: 'Room 12', Stage__c: 'Drafting' }),
  };
}

type CreatedLongAgo = { readonly CreatedDate: number };

function seedUsers(org: Org, long: CreatedLongAgo): Company['users'] {
  const sales = mapRecord(SALES_USERS, (user, name) =>
    org.add('User', {
      ...long,
      ...user,
      Username: `${name}@${INTERNAL_DOMAIN}`,
      Email: `${name}@${INTERNAL_DOMAIN}`,
    }),
  );
  return {
    ...sales,
    package: org.add('User', {
      ...long,
      FirstName: 'SignHere',
      LastName: 'Integration',
      Username: PACKAGE_USERNAME,
      Email: PACKAGE_USERNAME,
    }),
    partner: org.add('User', {
      ...long,
      FirstName: 'Paula',
      LastName: 'Reyes',
      Username: `paula@${INTERNAL_DOMAIN}.partners`,
      Email: 'paula@reseller.example',
      UserType: 'PowerPartner',
    }),
  };
}

function seedContacts(
  org: Org,
  accounts: Company['accounts'],
  long: CreatedLongAgo,
): Company['contacts'] {
  const customers = mapRecord(CONTACTS, ({ account, ...person }, name) =>
    org.add('Contact', {
      ...long,
      ...person,
      AccountId: accounts[account],
      Email: `${name}@${account}.example`,
    }),
  );
  const add = (person: Readonly<Record<string, string>>) =>
    org.add('Contact', { ...long, ...person });
  return {
    ...customers,
    gina: add({ FirstName: 'Gina', LastName: 'Weber', Email: `gina@${INTERNAL_DOMAIN}` }),
    hugo: add({ FirstName: 'Hugo', LastName: 'Sáez', Email: 'hugo@freelance.example' }),
    olga: add({ FirstName: 'Olga', LastName: 'Petrova', AccountId: accounts.marigold }),
  };
}

function seedLeads(
  org: Org,
  parts: { accounts: Company['accounts']; contacts: Company['contacts']; long: CreatedLongAgo },
): Company['leads'] {
  const { accounts, contacts, long } = parts;
  return {
    marta: org.add('Lead', {
      ...long,
      FirstName: 'Marta',
      LastName: 'Silva',
      Company: 'Cobalt Mining',
      Title: 'Procurement',
      Email: 'marta@cobalt.example',
    }),
    converted: org.add('Lead', {
      ...long,
      FirstName: 'Pavel',
      LastName: 'Novák',
      Company: ACCOUNTS.petrichor.Name,
      Email: 'pavel@petrichor.example',
      Status: 'Converted',
      IsConverted: true,
      ConvertedContactId: contacts.pavel,
      ConvertedAccountId: accounts.petrichor,
    }),
  };
}

function seedContactRoles(
  org: Org,
  parts: {
    contacts: Company['contacts'];
    opportunities: Company['opportunities'];
    long: CreatedLongAgo;
  },
): void {
  const { contacts, opportunities, long } = parts;
  // Jonas has a role only in the renewal. No one at Kestrel has a role in either deal.
  org.add('OpportunityContactRole', {
    ...long,
    OpportunityId: opportunities.haldenRenewal,
    ContactId: contacts.jonas,
    Role: 'Decision Maker',
    IsPrimary: true,
  });
  org.add('OpportunityContactRole', {
    ...long,
    OpportunityId: opportunities.brightwaterPilot,
    ContactId: contacts.ines,
    Role: 'Economic Buyer',
    IsPrimary: true,
  });
}

function stageOf(state: 'open' | 'won' | 'lost', now: number) {
  const closedOn = new Date(now - 10 * DAY_MS).toISOString().slice(0, 10);
  switch (state) {
    case 'open':
      return { StageName: 'Negotiation', Amount: 48_000, Probability: 60 };
    case 'won':
      return { StageName: 'Closed Won', IsClosed: true, IsWon: true, CloseDate: closedOn };
    case 'lost':
      return { StageName: 'Closed Lost', IsClosed: true, CloseDate: closedOn };
  }
}

function mapRecord<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  change: (value: From, key: Key) => To,
): Record<Key, To> {
  const keys = Object.keys(record) as Key[];
  return Object.fromEntries(keys.map((key) => [key, change(record[key], key)])) as Record<Key, To>;
}
