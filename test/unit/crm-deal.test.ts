import { expect, test } from 'vitest';
import { chooseDeal, type DealChoice } from '../../src/crm/deal.ts';
import type { ContactRoleRecord, OpportunityRecord } from '../../src/crm/records.ts';
import { idOf, recordsOf } from '../support/crm-org.ts';

const ACCOUNT_ID = idOf('Account', 1);
const ANN = idOf('Contact', 1);
const BOB = idOf('Contact', 2);
const SHARED_AT = '2026-11-04T15:00:00Z';

function deal(number: number, facts: Partial<OpportunityRecord> = {}): OpportunityRecord {
  return {
    id: idOf('Opportunity', number),
    name: `Deal ${number}`,
    accountId: ACCOUNT_ID,
    createdAt: Date.parse('2026-10-01T00:00:00Z') + number,
    closed: false,
    ...facts,
  };
}

function role(number: number, contactId = ANN, primary = false): ContactRoleRecord {
  return { opportunityId: idOf('Opportunity', number), contactId, primary };
}

interface Scene {
  readonly roles?: readonly ContactRoleRecord[];
  readonly sharedAt?: string;
  readonly timezone?: string;
}

function choose(opportunities: readonly OpportunityRecord[], scene: Scene = {}): DealChoice {
  return chooseDeal(recordsOf({ opportunities, roles: scene.roles ?? [] }), {
    accountId: ACCOUNT_ID,
    recipientContactIds: [ANN],
    sharedAt: Date.parse(scene.sharedAt ?? SHARED_AT),
    timezone: scene.timezone ?? 'UTC',
  });
}

function chosen(opportunities: readonly OpportunityRecord[], scene: Scene = {}) {
  return choose(opportunities, scene).opportunity?.id;
}

test('an Opportunity created before the share and not closed now was open at the share', () => {
  const createdAt = Date.parse(SHARED_AT) - 1;
  expect(chosen([deal(1, { createdAt })])).toBe(idOf('Opportunity', 1));
});

test('one created at the very time of the share, or later, was not open', () => {
  expect(chosen([deal(1, { createdAt: Date.parse(SHARED_AT) })])).toBeUndefined();
  expect(chosen([deal(1, { createdAt: Date.parse(SHARED_AT) + 1 })])).toBeUndefined();
});

test('one that is not closed was open, however long its close date has passed', () => {
  expect(chosen([deal(1, { closeDay: '2020-01-01' })])).toBe(idOf('Opportunity', 1));
});

test('one that is closed now was open up to and on its close date', () => {
  expect(chosen([deal(1, { closed: true, closeDay: '2026-11-05' })])).toBeDefined();
  expect(chosen([deal(1, { closed: true, closeDay: '2026-11-04' })])).toBeDefined();
  expect(chosen([deal(1, { closed: true, closeDay: '2026-11-03' })])).toBeUndefined();
});

test('one that is closed without a close date was not open', () => {
  expect(chosen([deal(1, { closed: true })])).toBeUndefined();
});

test.each([
  // 23:30 in New York on the close date is the next day in UTC
  ['2026-11-05T04:30:00Z', '2026-11-04', true],
  // half an hour later the close date is over there
  ['2026-11-05T05:00:00Z', '2026-11-04', false],
  // 8 March 2026: clocks go forward at 02:00; midnight is 05:00 UTC before and 04:00 UTC after
  ['2026-03-08T04:59:59Z', '2026-03-07', true],
  ['2026-03-08T05:00:00Z', '2026-03-07', false],
  ['2026-03-09T03:59:59Z', '2026-03-08', true],
  ['2026-03-09T04:00:00Z', '2026-03-08', false],
  // 1 November 2026: clocks go back at 02:00; midnight is 04:00 UTC before and 05:00 UTC after
  ['2026-11-01T03:59:59Z', '2026-10-31', true],
  ['2026-11-01T04:00:00Z', '2026-10-31', false],
  ['2026-11-02T04:59:59Z', '2026-11-01', true],
  ['2026-11-02T05:00:00Z', '2026-11-01', false],
])('a share at %s was before the end of %s in New York: %s', (sharedAt, closeDay, open) => {
  const closed = deal(1, { createdAt: 0, closed: true, closeDay });
  const found = chosen([closed], { sharedAt, timezone: 'America/New_York' });
  expect(found !== undefined).toBe(open);
});

test('the day of the share is that of the tenant’s timezone', () => {
  const closed = deal(1, { createdAt: 0, closed: true, closeDay: '2026-11-04' });
  const sharedAt = '2026-11-05T04:30:00Z';
  expect(chosen([closed], { sharedAt, timezone: 'America/New_York' })).toBe(closed.id);
  expect(chosen([closed], { sharedAt, timezone: 'UTC' })).toBeUndefined();
});

test('of the open ones, one where a recipient has a contact role goes before all others', () => {
  expect(chosen([deal(1), deal(2), deal(3)], { roles: [role(2)] })).toBe(idOf('Opportunity', 2));
});

test('the contact role of somebody else chooses nothing', () => {
  expect(chosen([deal(1), deal(2)], { roles: [role(2, BOB, true)] })).toBeUndefined();
});

test('a contact role on a deal that was not open chooses nothing', () => {
  const closed = deal(3, { closed: true, closeDay: '2026-11-03' });
  expect(chosen([deal(1), deal(2), closed], { roles: [role(3, ANN, true)] })).toBeUndefined();
  expect(chosen([deal(1), closed], { roles: [role(3, ANN, true)] })).toBe(idOf('Opportunity', 1));
});

test("a contact role on another Account's deal chooses nothing", () => {
  const elsewhere = deal(3, { accountId: idOf('Account', 2) });
  const opportunities = [deal(1), deal(2), elsewhere];
  expect(chosen(opportunities, { roles: [role(3, ANN, true)] })).toBeUndefined();
});

test('a primary role goes before one on a deal created later', () => {
  const roles = [role(1, ANN, true), role(2)];
  expect(chosen([deal(1), deal(2)], { roles })).toBe(idOf('Opportunity', 1));
});

test('only the primary role of a recipient counts as primary', () => {
  const roles = [role(1), role(1, BOB, true), role(2)];
  expect(chosen([deal(1), deal(2)], { roles })).toBe(idOf('Opportunity', 2));
});

test('one of several roles of a recipient on one deal is enough to be primary', () => {
  const roles = [role(1), role(1, ANN, true), role(2)];
  expect(chosen([deal(1), deal(2)], { roles })).toBe(idOf('Opportunity', 1));
});

test('of several primary ones the one created last is chosen', () => {
  const roles = [role(1, ANN, true), role(2, ANN, true), role(3)];
  expect(chosen([deal(1), deal(2), deal(3)], { roles })).toBe(idOf('Opportunity', 2));
});

test('of several that are not primary the one created last is chosen', () => {
  const roles = [role(1), role(2)];
  expect(chosen([deal(2), deal(1)], { roles })).toBe(idOf('Opportunity', 2));
});

test('of several created at the same time the one with the lowest Id is chosen', () => {
  const createdAt = Date.parse('2026-10-01T00:00:00Z');
  const tied = [3, 1, 2].map((number) => deal(number, { createdAt }));
  const roles = [role(1), role(2), role(3)];
  expect(chosen(tied, { roles })).toBe(idOf('Opportunity', 1));
});

test('the lowest Id is by code, where capitals go before small letters', () => {
  const createdAt = 1;
  const [capital, small] = ['006000000000A01IAA', '006000000000a01AAA'];
  const tied = [small, capital].map((id) => deal(1, { id, createdAt }));
  const roles = tied.map(({ id }) => ({ opportunityId: id, contactId: ANN, primary: false }));
  expect(chosen(tied, { roles })).toBe(capital);
});

test('without any contact role of a recipient the only open one is chosen', () => {
  const closed = deal(2, { closed: true, closeDay: '2026-11-03' });
  expect(chosen([deal(1), closed])).toBe(idOf('Opportunity', 1));
});

test('without any contact role of a recipient none is chosen where several are open', () => {
  expect(chosen([deal(1), deal(2)])).toBeUndefined();
});

test('an Account without Opportunities has no deal', () => {
  expect(choose([])).toEqual({
    reasons: [
      'No Opportunity of the Account was open at the share (2026-11-04 in UTC): none is named.',
    ],
  });
});
