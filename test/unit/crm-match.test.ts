import { expect, test } from 'vitest';
import { type Match, matchShare } from '../../src/crm/match.ts';
import type { OpportunityRecord } from '../../src/crm/records.ts';
import { deliveryOf, idOf, type Org, type OrgType, recordsOf } from '../support/crm-org.ts';

const ACCOUNT = { id: idOf('Account', 1), name: 'Initech' };
const OTHER_ACCOUNT = { id: idOf('Account', 2), name: 'Globex' };
const ANN = {
  id: idOf('Contact', 1),
  email: 'Ann@initech.example',
  name: 'Ann Lee',
  title: 'Buyer',
  accountId: ACCOUNT.id,
};
const DEAL: OpportunityRecord = {
  id: idOf('Opportunity', 1),
  name: 'Initech 2026',
  accountId: ACCOUNT.id,
  createdAt: Date.parse('2026-10-01T00:00:00Z'),
  closed: false,
};
const SECOND_DEAL = { ...DEAL, id: idOf('Opportunity', 2), name: 'Initech add-on' };
const LEAD = { id: idOf('Lead', 1), email: 'lou@initech.example', name: 'Lou Ng' };

function match(type: OrgType, org: Partial<Org>): Match {
  return matchShare(deliveryOf({ id: idOf(type, 1), type }), recordsOf(org), { timezone: 'UTC' });
}

function role(contactId: string, deal = DEAL, primary = false) {
  return { contactId, opportunityId: deal.id, primary };
}

function named(found: Match): readonly string[] {
  return found.objects.map((object) => object.id);
}

test('a delivery related to an open Opportunity names it and its Account, but no person', () => {
  const found = match('Opportunity', { accounts: [ACCOUNT], opportunities: [DEAL] });
  expect(found).toEqual({
    matched: true,
    objects: [
      { type: 'Opportunity', id: DEAL.id },
      { type: 'Account', id: ACCOUNT.id },
    ],
    recipients: [],
    reasons: [
      `The share is related to the Opportunity “Initech 2026” (${DEAL.id}) of the Account ` +
        `“Initech” (${ACCOUNT.id}).`,
    ],
  });
});

test('a delivery related to a closed Opportunity names it, even if another one is open', () => {
  const closed = { ...DEAL, closed: true, closeDay: '2026-10-02' };
  const found = match('Opportunity', { accounts: [ACCOUNT], opportunities: [closed, SECOND_DEAL] });
  expect(named(found)).toEqual([DEAL.id, ACCOUNT.id]);
});

test('an Opportunity without an Account is named alone', () => {
  const { accountId: _, ...alone } = DEAL;
  expect(named(match('Opportunity', { opportunities: [alone] }))).toEqual([DEAL.id]);
});

test('a hidden Account of an Opportunity is named by its Id', () => {
  const found = match('Opportunity', { opportunities: [DEAL] });
  expect(named(found)).toEqual([DEAL.id, ACCOUNT.id]);
  expect(found.reasons[0]).toContain(`of the Account ${ACCOUNT.id}.`);
});

test('a delivery related to an Account names it and its only open Opportunity', () => {
  const found = match('Account', { accounts: [ACCOUNT], opportunities: [DEAL] });
  expect(named(found)).toEqual([DEAL.id, ACCOUNT.id]);
  expect(found.recipients).toEqual([]);
});

test('a delivery related to an Account names no Opportunity if several are open', () => {
  const found = match('Account', {
    accounts: [ACCOUNT],
    contacts: [ANN],
    opportunities: [DEAL, SECOND_DEAL],
    roles: [role(ANN.id, DEAL, true)],
  });
  expect(named(found)).toEqual([ACCOUNT.id]);
});

test('a delivery related to a Contact names them, their Account and Opportunity', () => {
  const found = match('Contact', {
    accounts: [ACCOUNT],
    contacts: [ANN],
    opportunities: [DEAL, SECOND_DEAL],
    roles: [role(ANN.id, SECOND_DEAL)],
  });
  expect(found.objects).toEqual([
    { type: 'Opportunity', id: SECOND_DEAL.id },
    { type: 'Account', id: ACCOUNT.id },
    { type: 'Contact', id: ANN.id },
  ]);
});

test('the related Contact is the recipient, with their name, title and own record', () => {
  expect(match('Contact', { contacts: [ANN] }).recipients).toEqual([
    {
      email: 'Ann@initech.example',
      name: 'Ann Lee',
      title: 'Buyer',
      object: { type: 'Contact', id: ANN.id },
    },
  ]);
});

test('a Contact without an Account is named alone', () => {
  const { accountId: _, ...alone } = ANN;
  expect(named(match('Contact', { contacts: [alone], opportunities: [DEAL] }))).toEqual([ANN.id]);
});

test("a Contact's hidden Account is named by its Id, with its Opportunity", () => {
  const found = match('Contact', { contacts: [ANN], opportunities: [DEAL] });
  expect(named(found)).toEqual([DEAL.id, ACCOUNT.id, ANN.id]);
});

test('a Contact without an email is named, but no recipient, and their roles do not count', () => {
  const { email: _, ...noEmail } = ANN;
  const org = {
    accounts: [ACCOUNT],
    opportunities: [DEAL, SECOND_DEAL],
    roles: [role(ANN.id, DEAL, true)],
  };
  const found = match('Contact', { ...org, contacts: [noEmail] });
  expect(named(found)).toEqual([ACCOUNT.id, ANN.id]);
  expect(found.recipients).toEqual([]);
  expect(found.reasons.join(' ')).toContain(
    'has no email, so it is named, but is not a recipient.',
  );
  // control: with an email, the same role counts
  expect(named(match('Contact', { ...org, contacts: [ANN] }))).toContain(DEAL.id);
});

test("a Contact without an email still leads to their Account's only open Opportunity", () => {
  const { email: _, ...noEmail } = ANN;
  const found = match('Contact', { contacts: [noEmail], opportunities: [DEAL] });
  expect(named(found)).toEqual([DEAL.id, ACCOUNT.id, ANN.id]);
});

test('a delivery related to a Lead names only the Lead, who is the recipient', () => {
  const found = match('Lead', { leads: [{ ...LEAD, converted: false }], opportunities: [DEAL] });
  expect(found.objects).toEqual([{ type: 'Lead', id: LEAD.id }]);
  expect(found.recipients).toEqual([
    { email: LEAD.email, name: 'Lou Ng', object: { type: 'Lead', id: LEAD.id } },
  ]);
});

test('a Lead without an email is named, but is not a recipient', () => {
  const found = match('Lead', { leads: [{ id: LEAD.id, converted: false }] });
  expect(found.objects).toEqual([{ type: 'Lead', id: LEAD.id }]);
  expect(found.recipients).toEqual([]);
  expect(found.matched).toBe(true);
});

test('conversion data of an unconverted Lead is not followed', () => {
  const lead = { ...LEAD, converted: false, convertedContactId: ANN.id };
  expect(named(match('Lead', { leads: [lead], contacts: [ANN] }))).toEqual([LEAD.id]);
});

test('a converted Lead counts as its Contact in every respect', () => {
  const org = {
    accounts: [ACCOUNT, OTHER_ACCOUNT],
    contacts: [ANN],
    opportunities: [DEAL, SECOND_DEAL],
    roles: [role(ANN.id, DEAL)],
  };
  const lead = {
    ...LEAD,
    converted: true,
    convertedContactId: ANN.id,
    convertedAccountId: OTHER_ACCOUNT.id,
  };
  const asLead = match('Lead', { ...org, leads: [lead] });
  const asContact = match('Contact', org);
  expect(asLead.objects).toEqual(asContact.objects);
  expect(asLead.recipients).toEqual(asContact.recipients);
  expect(named(asLead)).toEqual([DEAL.id, ACCOUNT.id, ANN.id]);
});

test('a converted Lead without its Contact leads to its own Account and what follows', () => {
  const lead = {
    ...LEAD,
    converted: true,
    convertedContactId: ANN.id,
    convertedAccountId: ACCOUNT.id,
  };
  const org = { leads: [lead], accounts: [ACCOUNT], roles: [role(ANN.id)] };
  const found = match('Lead', { ...org, opportunities: [DEAL] });
  expect(named(found)).toEqual([DEAL.id, ACCOUNT.id]);
  expect(found.recipients).toEqual([{ email: LEAD.email, name: 'Lou Ng' }]);
  // the roles of a deleted or hidden Contact do not count
  expect(named(match('Lead', { ...org, opportunities: [DEAL, SECOND_DEAL] }))).toEqual([
    ACCOUNT.id,
  ]);
});

test('a converted Lead without its Contact and without an Account is unmatched', () => {
  const found = match('Lead', { leads: [{ ...LEAD, converted: true }] });
  expect(found.matched).toBe(false);
  expect(found.objects).toEqual([]);
});

test('a Case leads to its Account and its Contact, who is named, but is not a recipient', () => {
  const found = match('Case', {
    accounts: [ACCOUNT, OTHER_ACCOUNT],
    contacts: [ANN],
    cases: [{ id: idOf('Case', 1), accountId: OTHER_ACCOUNT.id, contactId: ANN.id }],
  });
  expect(named(found)).toEqual([OTHER_ACCOUNT.id, ANN.id]);
  expect(found.recipients).toEqual([]);
});

test("a Case without an Account takes its Contact's Account", () => {
  const cases = [{ id: idOf('Case', 1), contactId: ANN.id }];
  expect(named(match('Case', { contacts: [ANN], cases }))).toEqual([ACCOUNT.id, ANN.id]);
});

test("the roles of a Case's Contact do not count", () => {
  const org = {
    contacts: [ANN],
    cases: [{ id: idOf('Case', 1), accountId: ACCOUNT.id, contactId: ANN.id }],
    roles: [role(ANN.id, DEAL, true)],
  };
  const several = match('Case', { ...org, opportunities: [DEAL, SECOND_DEAL] });
  expect(named(several)).toEqual([ACCOUNT.id, ANN.id]);
  expect(named(match('Case', { ...org, opportunities: [SECOND_DEAL] }))).toContain(SECOND_DEAL.id);
});

test('a Case names its hidden Contact by Id', () => {
  const cases = [{ id: idOf('Case', 1), contactId: ANN.id }];
  expect(named(match('Case', { cases }))).toEqual([ANN.id]);
});

test('a Case without an Account and a Contact is unmatched', () => {
  const found = match('Case', { cases: [{ id: idOf('Case', 1) }] });
  expect(found).toMatchObject({ matched: false, objects: [], recipients: [] });
});

test('a related record of any other type is unmatched', () => {
  const found = match('Custom__c', { accounts: [ACCOUNT] });
  expect(found).toMatchObject({ matched: false, objects: [], recipients: [] });
  expect(found.reasons[0]).toContain('Custom__c');
});

test.each(['constructor', '__proto__', 'contact', ''])('a type named %j is unmatched', (type) => {
  const share = deliveryOf({ id: ANN.id, type });
  const found = matchShare(share, recordsOf({ contacts: [ANN] }), { timezone: 'UTC' });
  expect(found.matched).toBe(false);
});

test('a delivery without a related record is unmatched', () => {
  const found = matchShare(deliveryOf(undefined), recordsOf({}), { timezone: 'UTC' });
  expect(found).toEqual({
    matched: false,
    objects: [],
    recipients: [],
    reasons: ['The share is not related to a Salesforce record.'],
  });
});

test('a related record without a visible type is unmatched, whatever its key prefix', () => {
  const records = recordsOf({ contacts: [ANN] });
  const found = matchShare(deliveryOf({ id: ANN.id }), records, { timezone: 'UTC' });
  expect(found).toMatchObject({ matched: false, objects: [], recipients: [] });
});

test.each(['Opportunity', 'Account', 'Contact', 'Lead', 'Case'] as const)(
  'a related %s that is deleted or hidden is unmatched, and the reason names it',
  (type) => {
    const found = match(type, {});
    expect(found).toMatchObject({ matched: false, objects: [], recipients: [] });
    expect(found.reasons).toEqual([
      `The share is related to the ${type} ${idOf(type, 1)}, which is deleted or hidden.`,
    ]);
  },
);
