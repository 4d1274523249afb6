import { isQueryValid } from '@jetstreamapp/soql-parser-js';
import { expect, test } from 'vitest';
import { lookUp } from '../../src/crm/look-up.ts';
import { type Match, matchShare } from '../../src/crm/match.ts';
import { OrgClient } from '../support/crm-client.ts';
import { driveShareOf, idOf, type Org, orgOf } from '../support/crm-org.ts';

const OPTIONS = { timezone: 'UTC', matchAccountByDomain: true };
const SOQL_CHARACTERS_MAX = 100_000;
const INITECH = { id: idOf('Account', 1), name: 'Initech', website: 'https://www.initech.co.uk/' };

async function match(emails: readonly string[], org: Partial<Org>): Promise<Match> {
  const share = driveShareOf(emails);
  return matchShare(share, await lookUp(new OrgClient(orgOf(org)), [share], OPTIONS), OPTIONS);
}

async function accountFor(email: string, ...websites: readonly string[]) {
  const accounts = websites.map((website, index) => ({ id: idOf('Account', index + 1), website }));
  const found = await match([email], { accounts });
  return found.objects.filter(({ type }) => type === 'Account').map(({ id }) => id);
}

test('without the setting, no domain is searched', async () => {
  const client = new OrgClient(orgOf({ accounts: [INITECH] }));
  const share = driveShareOf(['zoe@initech.co.uk']);
  const records = await lookUp(client, [share], { timezone: 'UTC' });
  expect(matchShare(share, records, OPTIONS).matched).toBe(false);
  expect(client.countOf('Account')).toBe(0);
});

test('a person without a record is matched to the only Account with their domain', async () => {
  const deal = {
    id: idOf('Opportunity', 1),
    accountId: INITECH.id,
    createdAt: Date.parse('2026-10-01'),
    closed: false,
  };
  const found = await match(['zoe@mail.initech.co.uk'], {
    accounts: [INITECH],
    opportunities: [deal],
  });
  expect(found).toMatchObject({
    matched: true,
    objects: [
      { type: 'Opportunity', id: deal.id },
      { type: 'Account', id: INITECH.id },
    ],
    recipients: [{ email: 'zoe@mail.initech.co.uk' }],
  });
  expect(found.reasons[0]).toBe(
    'No Contact or Lead has the address zoe@mail.initech.co.uk. The Account “Initech” ' +
      `(${INITECH.id}) is the only one with a website at initech.co.uk.`,
  );
});

test.each([
  'initech.com',
  'www.initech.com',
  'HTTP://Initech.COM',
  'https://initech.com/de/about?x=1',
  'http://shop.eu.initech.com:8080',
  'initech.com:443/x',
  '//initech.com',
  'https://initech.com.',
])('a website written as %s has the domain initech.com', async (website) => {
  expect(await accountFor('zoe@initech.com', website)).toHaveLength(1);
});

test.each([
  'http://notinitech.com',
  'http://initech.com.br',
  'https://example.org/initech.com',
  'https://initech.com@example.org/',
  'initech',
  'see initech.com and initech.de',
  'http://initech.com:port',
])('a website written as %s does not have the domain initech.com', async (website) => {
  expect(await accountFor('zoe@initech.com', website)).toEqual([]);
});

test('neither of two candidates is chosen, however their websites are written', async () => {
  const [one, other] = ['initech.com', 'https://shop.initech.com/de'];
  expect(await accountFor('zoe@initech.com', one, other)).toEqual([]);
  // control
  expect(await accountFor('zoe@initech.com', one)).toHaveLength(1);
  expect(await accountFor('zoe@initech.com', other)).toHaveLength(1);
});

test('the reasons name both of two candidates', async () => {
  const accounts = [INITECH, { id: idOf('Account', 2), name: 'Twin', website: 'initech.co.uk' }];
  const found = await match(['zoe@initech.co.uk'], { accounts });
  expect(found.matched).toBe(false);
  expect(found.reasons[0]).toContain(
    '2 Accounts have a website at initech.co.uk, so none is named: ' +
      `“Initech” (${INITECH.id}), “Twin” (${idOf('Account', 2)})`,
  );
});

test('if a Contact or a Lead has the address, its domain is not searched', async () => {
  const lead = { id: idOf('Lead', 1), email: 'zoe@initech.co.uk', converted: false };
  const client = new OrgClient(orgOf({ accounts: [INITECH], leads: [lead] }));
  const share = driveShareOf([lead.email]);
  const records = await lookUp(client, [share], OPTIONS);
  expect(matchShare(share, records, OPTIONS).objects).toEqual([{ type: 'Lead', id: lead.id }]);
  expect(client.countOf('Account')).toBe(0);
});

test('an unknown recipient is matched by domain even if another one is known', async () => {
  const ann = { id: idOf('Contact', 1), email: 'ann@globex.example' };
  const found = await match([ann.email, 'zoe@initech.co.uk'], {
    accounts: [INITECH],
    contacts: [ann],
  });
  expect(found.objects.map(({ id }) => id)).toEqual([INITECH.id, ann.id]);
});

test.each([
  'zoe@gmail.com',
  'zoe@googlemail.com',
  'zoe@web.de',
  'zoe@mail.yahoo.co.jp',
  'zoe@privaterelay.appleid.com',
])('a public mail domain is never matched: %s', async (email) => {
  const domain = email.split('@')[1] ?? '';
  const parent = domain.split('.').slice(1).join('.');
  expect(await accountFor(email, domain)).toEqual([]);
  expect(await accountFor(email, parent)).toEqual([]);
});

test.each([
  ['a public suffix', 'zoe@co.uk', 'https://co.uk'],
  ['a public page host', 'zoe@github.io', 'github.io'],
  ["Microsoft's own suffix", 'zoe@initech.onmicrosoft.com', 'https://onmicrosoft.com'],
  ['an IP address', 'zoe@[127.0.0.1]', 'http://127.0.0.1'],
  ['a single label', 'zoe@localhost', 'http://localhost'],
])('%s is not a company', async (_, email, website) => {
  expect(await accountFor(email, website)).toEqual([]);
});

test('two sites on a public page host are two companies', async () => {
  expect(await accountFor('zoe@initech.github.io', 'globex.github.io')).toEqual([]);
  expect(await accountFor('zoe@initech.github.io', 'initech.github.io')).toHaveLength(1);
});

test.each([
  ['zoe@müller.example', 'http://xn--mller-kva.example'],
  ['zoe@xn--mller-kva.example', 'https://www.Müller.example/'],
])('%s and %s have the same domain', async (email, website) => {
  expect(await accountFor(email, website)).toHaveLength(1);
});

test('an Account in the results of two queries is one candidate', async () => {
  // The pattern of initech.com, in the first query, also matches initech.com.br.
  const between = Array.from({ length: 150 }, (_, index) => `zoe@c${index}.example`);
  const found = await match(['zoe@initech.com', ...between, 'zoe@initech.com.br'], {
    accounts: [{ id: INITECH.id, website: 'https://initech.com.br' }],
  });
  expect(found.objects).toEqual([{ type: 'Account', id: INITECH.id }]);
});

test('each domain is queried once, in queries of a bounded length', async () => {
  const client = new OrgClient(orgOf({}));
  const emails = Array.from(
    { length: 400 },
    (_, index) => `p${index}@${'x'.repeat(60)}${index}.example`,
  );
  await lookUp(
    client,
    [driveShareOf(emails), driveShareOf(emails.map((each) => `q${each}`))],
    OPTIONS,
  );
  const queries = client.soqls.filter((soql) => soql.includes(' FROM Account '));
  expect(queries).toHaveLength(4);
  for (const soql of queries) {
    expect(soql.length).toBeLessThan(SOQL_CHARACTERS_MAX);
    expect(isQueryValid(soql)).toBe(true);
    expect(soql).toMatch(/^SELECT Id, Name, Website FROM Account WHERE Website LIKE '/);
  }
});

test('a query matches hosts that start with a short domain, not all that contain it', async () => {
  const client = new OrgClient(orgOf({}));
  await lookUp(client, [driveShareOf(['zoe@t.co'])], OPTIONS);
  expect(client.soqls.at(-1)).toBe(
    'SELECT Id, Name, Website FROM Account WHERE ' +
      "Website LIKE 't.co%' OR Website LIKE '%.t.co%' OR Website LIKE '%/t.co%'",
  );
});

test('a domain with wildcards or quotes is never queried', async () => {
  const client = new OrgClient(orgOf({ accounts: [INITECH] }));
  const emails = ['zoe@a_b.com', "zoe@a'b.com", 'zoe@%.com', 'zoe@a\\b.com', 'zoe@_.co'];
  const records = await lookUp(client, [driveShareOf(emails)], OPTIONS);
  expect(client.countOf('Account')).toBe(0);
  expect(matchShare(driveShareOf(emails), records, OPTIONS).matched).toBe(false);
});
