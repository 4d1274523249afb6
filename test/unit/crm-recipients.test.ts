import { expect, test } from 'vitest';
import { type Match, matchShare } from '../../src/crm/match.ts';
import { withNames } from '../../src/crm/record-names.ts';
import type { OpportunityRecord } from '../../src/crm/records.ts';
import type { Grantee } from '../../src/share/share.ts';
import { driveShareOf, idOf, type Org, recordsOf } from '../support/crm-org.ts';

const MONDAY = Date.parse('2026-10-05');
const TUESDAY = Date.parse('2026-10-06');
const ACCOUNT = { id: idOf('Account', 1), name: 'Initech' };
const OTHER_ACCOUNT = { id: idOf('Account', 2), name: 'Globex' };
const ANN = {
  id: idOf('Contact', 1),
  email: 'Ann@Initech.example',
  name: 'Ann Lee',
  title: 'Buyer',
  accountId: ACCOUNT.id,
};
const BOB = {
  id: idOf('Contact', 2),
  email: 'bob@globex.example',
  name: 'Bob Ray',
  accountId: OTHER_ACCOUNT.id,
};
const LOU = { id: idOf('Lead', 1), email: 'lou@hooli.example', name: 'Lou Ng', converted: false };
const [FIRST_DEAL, SECOND_DEAL] = [opportunity(1), opportunity(2)];

function opportunity(number: number, account = ACCOUNT): OpportunityRecord {
  return {
    id: idOf('Opportunity', number),
    name: `Deal ${number}`,
    accountId: account.id,
    createdAt: Date.parse('2026-10-01T00:00:00Z'),
    closed: false,
  };
}

function match(grantees: readonly (string | Partial<Grantee>)[], org: Partial<Org>): Match {
  return matchShare(driveShareOf(grantees), recordsOf(org), { timezone: 'UTC' });
}

function named(found: Match): readonly string[] {
  return found.objects.map((object) => object.id);
}

function role(contactId: string, { id }: OpportunityRecord, primary = false) {
  return { contactId, opportunityId: id, primary };
}

test('a name that Salesforce hides is not replaced by the one in Drive', () => {
  const { name: _, ...hidden } = ANN;
  const records = recordsOf({ accounts: [ACCOUNT], contacts: [hidden, BOB] });
  const share = driveShareOf([{ email: ANN.email, name: 'Ann at home' }, BOB.email]);
  const found = withNames(matchShare(share, records, { timezone: 'UTC' }), records);
  expect(found.recipients[0]).toMatchObject({ name: 'Ann at home' });
  expect(found.objects.filter(({ type }) => type === 'Contact')).toEqual([
    { type: 'Contact', id: ANN.id },
    { type: 'Contact', id: BOB.id, name: 'Bob Ray' },
  ]);
});

test('emails compare case-insensitively', () => {
  const found = match(['ANN@initech.EXAMPLE'], { accounts: [ACCOUNT], contacts: [ANN] });
  expect(found).toMatchObject({
    matched: true,
    objects: [
      { type: 'Account', id: ACCOUNT.id },
      { type: 'Contact', id: ANN.id },
    ],
    recipients: [{ email: 'ANN@initech.EXAMPLE', object: { type: 'Contact', id: ANN.id } }],
  });
});

test('an address that only resembles a Contact’s is not matched', () => {
  const contacts = [
    { ...ANN, email: 'ann@initech.example.org' },
    { ...BOB, email: 'xann@initech.example' },
  ];
  expect(match(['ann@initech.example'], { contacts })).toMatchObject({
    matched: false,
    objects: [],
    recipients: [{ email: 'ann@initech.example' }],
  });
});

test('a grantee named twice is one recipient', () => {
  const found = match(['ANN@initech.example', 'ann@initech.example'], { contacts: [ANN] });
  expect(found.recipients.map(({ email }) => email)).toEqual(['ANN@initech.example']);
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
});

test('the name and title of the record take precedence over the name in Drive', () => {
  const grantee = { email: 'ann@initech.example', name: 'ann l.' };
  expect(match([grantee], { contacts: [ANN] }).recipients).toEqual([
    {
      email: 'ann@initech.example',
      name: 'Ann Lee',
      title: 'Buyer',
      object: { type: 'Contact', id: ANN.id },
    },
  ]);
});

test('a recipient without a record keeps the name in Drive', () => {
  const found = match([{ email: 'zoe@nowhere.example', name: 'Zoe' }], { contacts: [ANN] });
  expect(found).toEqual({
    matched: false,
    objects: [],
    recipients: [{ email: 'zoe@nowhere.example', name: 'Zoe' }],
    reasons: ['No Contact or Lead has the address zoe@nowhere.example.'],
  });
});

test('a Contact takes precedence over a Lead', () => {
  const lead = { ...LOU, email: 'ann@initech.example', modifiedAt: TUESDAY };
  const found = match(['ann@initech.example'], { contacts: [ANN], leads: [lead] });
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
  expect(found.reasons).toContain(
    `A Contact takes precedence over a Lead. Not chosen: “Lou Ng” (${LOU.id}).`,
  );
});

test('a Contact without an Account also takes precedence over a Lead', () => {
  const { accountId: _, ...alone } = ANN;
  const lead = { ...LOU, email: 'ann@initech.example' };
  expect(named(match([ANN.email], { contacts: [alone], leads: [lead] }))).toEqual([ANN.id]);
});

test('among several Contacts, one with an Account wins, even if another was modified later', () => {
  const { accountId: _, ...alone } = { ...ANN, id: idOf('Contact', 3), modifiedAt: TUESDAY };
  const found = match([ANN.email], { contacts: [alone, { ...ANN, modifiedAt: MONDAY }] });
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
  expect(found.reasons[1]).toBe(
    'It was chosen from 2 Contacts with this address because only this one has an Account. Not ' +
      `chosen: “Ann Lee” (${alone.id}), without an Account, modified 2026-10-06T00:00:00Z.`,
  );
});

test('among several Contacts with an Account, the most recently modified wins', () => {
  const later = { ...ANN, id: idOf('Contact', 3), modifiedAt: TUESDAY };
  const found = match([ANN.email], { contacts: [{ ...ANN, modifiedAt: MONDAY }, later] });
  expect(named(found)).toEqual([ACCOUNT.id, later.id]);
  expect(found.reasons[1]).toContain(
    'because it has an Account and was modified last (2026-10-06T00:00:00Z)',
  );
});

test('among several Contacts modified at the same time, the lowest Id wins', () => {
  const higher = { ...ANN, id: idOf('Contact', 3) };
  const found = match([ANN.email], { contacts: [higher, ANN] });
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
  expect(found.reasons[1]).toContain('with the lowest Id');
});

test('the reasons for 400 Contacts with the same email have a bounded length', () => {
  const contacts = Array.from({ length: 400 }, (_, index) => ({
    ...ANN,
    id: idOf('Contact', index),
    name: 'x'.repeat(500),
    modifiedAt: index === 123 ? TUESDAY : MONDAY,
  }));
  const found = match([ANN.email], { contacts });
  expect(named(found)).toEqual([ACCOUNT.id, idOf('Contact', 123)]);
  expect(found.reasons[1]).toMatch(/^It was chosen from 400 Contacts .* and 394 more\.$/);
  expect(found.reasons.join('\n').length).toBeLessThan(2_000);
});

test('a converted Lead counts as its Contact', () => {
  const contact = { ...ANN, email: 'ann.lee@initech.example' };
  const lead = {
    ...LOU,
    email: 'old.ann@initech.example',
    converted: true,
    convertedContactId: ANN.id,
    convertedAccountId: OTHER_ACCOUNT.id,
  };
  const found = match(['old.ann@initech.example'], { contacts: [contact], leads: [lead] });
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
  expect(found.recipients).toEqual([
    {
      email: 'old.ann@initech.example',
      name: 'Ann Lee',
      title: 'Buyer',
      object: { type: 'Contact', id: ANN.id },
    },
  ]);
  expect(found.reasons[0]).toContain(
    `belongs to the Lead “Lou Ng” (${LOU.id}), which was converted to the Contact “Ann Lee”`,
  );
});

test("a converted Lead's Contact is ranked with the other Contacts", () => {
  const { accountId: _, ...own } = { ...ANN, id: idOf('Contact', 3), modifiedAt: TUESDAY };
  const converted = { ...ANN, email: 'another@initech.example', modifiedAt: MONDAY };
  const lead = { ...LOU, email: ANN.email, converted: true, convertedContactId: converted.id };
  const found = match([ANN.email], { contacts: [own, converted], leads: [lead] });
  expect(named(found)).toEqual([ACCOUNT.id, converted.id]);
});

test('a converted Lead without its Contact leads to its own Account', () => {
  const lead = {
    ...LOU,
    converted: true,
    convertedContactId: ANN.id,
    convertedAccountId: ACCOUNT.id,
  };
  const found = match([LOU.email], { leads: [lead], opportunities: [FIRST_DEAL] });
  expect(named(found)).toEqual([FIRST_DEAL.id, ACCOUNT.id]);
  expect(found.recipients).toEqual([{ email: LOU.email, name: 'Lou Ng' }]);
});

test('a converted Lead without its Contact and without an Account is unmatched', () => {
  const found = match([LOU.email], { leads: [{ ...LOU, converted: true }] });
  expect(found).toMatchObject({ matched: false, objects: [] });
  expect(found.reasons[0]).toMatch(/is deleted or hidden, and it has no Account\.$/);
});

test('an unconverted Lead takes precedence over the Account of a converted one', () => {
  const gone = { ...LOU, id: idOf('Lead', 2), converted: true, convertedAccountId: ACCOUNT.id };
  expect(named(match([LOU.email], { leads: [gone, LOU] }))).toEqual([LOU.id]);
});

test('among several Leads, the most recently modified wins, then the lowest Id', () => {
  const early = { ...LOU, id: idOf('Lead', 1), modifiedAt: MONDAY };
  const second = { ...LOU, id: idOf('Lead', 2), modifiedAt: TUESDAY };
  const third = { ...second, id: idOf('Lead', 3) };
  const found = match([LOU.email], { leads: [early, third, second] });
  expect(named(found)).toEqual([second.id]);
  expect(found.reasons[1]).toContain('modified last (2026-10-06T00:00:00Z), with the lowest Id');
  expect(named(match([LOU.email], { leads: [early, third] }))).toEqual([third.id]);
});

test('a group is matched by its address like a person', () => {
  const buyers = { ...ANN, email: 'buyers@initech.example' };
  const found = match([{ kind: 'group', email: buyers.email }], { contacts: [buyers] });
  expect(found.recipients[0]?.object).toEqual({ type: 'Contact', id: buyers.id });
});

test('all Contacts, Leads and Accounts of several recipients are named once each', () => {
  const colleague = { ...ANN, id: idOf('Contact', 3), email: 'cat@initech.example' };
  const org = {
    accounts: [ACCOUNT, OTHER_ACCOUNT],
    contacts: [ANN, BOB, colleague],
    leads: [LOU],
  };
  const found = match([LOU.email, BOB.email, ANN.email, colleague.email], org);
  expect(found.objects).toEqual([
    { type: 'Account', id: OTHER_ACCOUNT.id },
    { type: 'Account', id: ACCOUNT.id },
    { type: 'Contact', id: BOB.id },
    { type: 'Contact', id: ANN.id },
    { type: 'Contact', id: colleague.id },
    { type: 'Lead', id: LOU.id },
  ]);
  expect(found.recipients.map(({ object }) => object?.id)).toEqual([
    LOU.id,
    BOB.id,
    ANN.id,
    colleague.id,
  ]);
});

test('two addresses of one Contact are two recipients but one named Contact', () => {
  const lead = { ...LOU, converted: true, convertedContactId: ANN.id };
  const found = match([ANN.email, LOU.email], { contacts: [ANN], leads: [lead] });
  expect(found.recipients.map(({ object }) => object?.id)).toEqual([ANN.id, ANN.id]);
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
});

test('one known recipient among unknown ones is enough for a match', () => {
  const found = match(['zoe@nowhere.example', ANN.email], { contacts: [ANN] });
  expect(found.matched).toBe(true);
  expect(found.recipients).toHaveLength(2);
});

test('at most one Opportunity per Account, chosen by the roles of all recipients', () => {
  const colleague = { ...ANN, id: idOf('Contact', 3), email: 'cat@initech.example' };
  const third = opportunity(3, OTHER_ACCOUNT);
  const org = {
    accounts: [ACCOUNT, OTHER_ACCOUNT],
    contacts: [ANN, BOB, colleague],
    opportunities: [FIRST_DEAL, SECOND_DEAL, third],
    roles: [role(ANN.id, FIRST_DEAL), role(colleague.id, SECOND_DEAL, true)],
  };
  const both = match([ANN.email, colleague.email, BOB.email], org);
  expect(named(both).slice(0, 2)).toEqual([SECOND_DEAL.id, third.id]);
  // control: without the colleague, the colleague's role does not count
  expect(named(match([ANN.email], org))[0]).toBe(FIRST_DEAL.id);
});

test("a recipient's role counts on another Account's Opportunity (a consultant, say)", () => {
  const org = {
    contacts: [ANN, BOB],
    opportunities: [FIRST_DEAL, SECOND_DEAL],
    roles: [role(BOB.id, SECOND_DEAL)],
  };
  expect(named(match([ANN.email, BOB.email], org))[0]).toBe(SECOND_DEAL.id);
  expect(named(match([ANN.email], org))).not.toContain(SECOND_DEAL.id);
});

test('with several Accounts, each reason says which Account it is about', () => {
  const found = match([ANN.email, BOB.email], {
    accounts: [ACCOUNT, OTHER_ACCOUNT],
    contacts: [ANN, BOB],
    opportunities: [FIRST_DEAL],
  });
  expect(found.reasons).toEqual([
    `Ann@Initech.example belongs to the Contact “Ann Lee” (${ANN.id}) of the Account “Initech” ` +
      `(${ACCOUNT.id}).`,
    `bob@globex.example belongs to the Contact “Bob Ray” (${BOB.id}) of the Account “Globex” ` +
      `(${OTHER_ACCOUNT.id}).`,
    `For the Account “Initech” (${ACCOUNT.id}): The Opportunity “Deal 1” (${FIRST_DEAL.id}) was ` +
      "chosen. It was the Account's only Opportunity open at the time of the share (2026-11-04 " +
      'in UTC).',
    `For the Account “Globex” (${OTHER_ACCOUNT.id}): The Account had no Opportunity open at the ` +
      'time of the share (2026-11-04 in UTC), so none is named.',
  ]);
});

test('all 600 people of a share are recipients, and the reasons have a bounded length', () => {
  const people = Array.from({ length: 600 }, (_, index) => `p${index}@${'x'.repeat(250)}.example`);
  const contacts = people.map((email, index) => ({
    id: idOf('Contact', index),
    email,
    accountId: idOf('Account', index),
  }));
  const found = match(people, { contacts });
  expect(found.recipients).toHaveLength(600);
  expect(found.objects).toHaveLength(1_200);
  expect(found.reasons.join('\n').length).toBeLessThan(10_000);
  expect(found.reasons).toContain('And 580 more recipients.');
  expect(found.reasons).toContain('And 580 more Accounts.');
});

test('a share that names no external person is unmatched, with that reason', () => {
  expect(match([], { contacts: [ANN] })).toEqual({
    matched: false,
    objects: [],
    recipients: [],
    reasons: ['The share names no external person with an email address.'],
  });
});

test('an address with line breaks or a lone surrogate becomes one clean line', () => {
  const [reason = ''] = match(['a\r\nb\ud800@x.example'], {}).reasons;
  expect(reason).toBe('No Contact or Lead has the address a b @x.example.');
});
