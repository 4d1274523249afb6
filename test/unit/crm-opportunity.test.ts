import { expect, test } from 'vitest';
import { chooseOpportunity, type OpportunityChoice } from '../../src/crm/opportunity.ts';
import type { ContactRoleRecord, OpportunityRecord } from '../../src/crm/records.ts';
import { whyNoOpportunity } from '../../src/crm/why-no-opportunity.ts';
import { idOf, recordsOf } from '../support/crm-org.ts';

const ACCOUNT_ID = idOf('Account', 1);
const ANN = idOf('Contact', 1);
const BOB = idOf('Contact', 2);
const SHARED_AT = '2026-11-04T15:00:00Z';

function opportunity(number: number, facts: Partial<OpportunityRecord> = {}): OpportunityRecord {
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

interface Options {
  readonly roles?: readonly ContactRoleRecord[];
  readonly sharedAt?: string;
  readonly timezone?: string;
}

function choose(
  opportunities: readonly OpportunityRecord[],
  options: Options = {},
): OpportunityChoice {
  return chooseOpportunity(recordsOf({ opportunities, roles: options.roles ?? [] }), {
    accountId: ACCOUNT_ID,
    recipientContactIds: [ANN],
    sharedAt: Date.parse(options.sharedAt ?? SHARED_AT),
    timezone: options.timezone ?? 'UTC',
  });
}

function chosen(opportunities: readonly OpportunityRecord[], options: Options = {}) {
  return choose(opportunities, options).opportunity?.id;
}

test('an Opportunity created before the share and not closed now was open', () => {
  const createdAt = Date.parse(SHARED_AT) - 1;
  expect(chosen([opportunity(1, { createdAt })])).toBe(idOf('Opportunity', 1));
});

test('one created at the time of the share or later was not open', () => {
  expect(chosen([opportunity(1, { createdAt: Date.parse(SHARED_AT) })])).toBeUndefined();
  expect(chosen([opportunity(1, { createdAt: Date.parse(SHARED_AT) + 1 })])).toBeUndefined();
});

test('one that is not closed was open, even if its close date has passed', () => {
  expect(chosen([opportunity(1, { closeDay: '2020-01-01' })])).toBe(idOf('Opportunity', 1));
});

test('one that is closed now was open until the end of its close date', () => {
  expect(chosen([opportunity(1, { closed: true, closeDay: '2026-11-05' })])).toBeDefined();
  expect(chosen([opportunity(1, { closed: true, closeDay: '2026-11-04' })])).toBeDefined();
  expect(chosen([opportunity(1, { closed: true, closeDay: '2026-11-03' })])).toBeUndefined();
});

test('a closed one without a close date was not open', () => {
  expect(chosen([opportunity(1, { closed: true })])).toBeUndefined();
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
  const closed = opportunity(1, { createdAt: 0, closed: true, closeDay });
  const found = chosen([closed], { sharedAt, timezone: 'America/New_York' });
  expect(found !== undefined).toBe(open);
});

test('the day of the share is the day in the tenant’s timezone', () => {
  const closed = opportunity(1, { createdAt: 0, closed: true, closeDay: '2026-11-04' });
  const sharedAt = '2026-11-05T04:30:00Z';
  expect(chosen([closed], { sharedAt, timezone: 'America/New_York' })).toBe(closed.id);
  expect(chosen([closed], { sharedAt, timezone: 'UTC' })).toBeUndefined();
});

test('an open one with a contact role of a recipient takes precedence over all others', () => {
  expect(chosen([opportunity(1), opportunity(2), opportunity(3)], { roles: [role(2)] })).toBe(
    idOf('Opportunity', 2),
  );
});

test('the contact role of anyone else does not count', () => {
  expect(chosen([opportunity(1), opportunity(2)], { roles: [role(2, BOB, true)] })).toBeUndefined();
});

test('a contact role on an Opportunity that was not open does not count', () => {
  const closed = opportunity(3, { closed: true, closeDay: '2026-11-03' });
  expect(
    chosen([opportunity(1), opportunity(2), closed], { roles: [role(3, ANN, true)] }),
  ).toBeUndefined();
  expect(chosen([opportunity(1), closed], { roles: [role(3, ANN, true)] })).toBe(
    idOf('Opportunity', 1),
  );
});

test("a contact role on another Account's Opportunity does not count", () => {
  const elsewhere = opportunity(3, { accountId: idOf('Account', 2) });
  const opportunities = [opportunity(1), opportunity(2), elsewhere];
  expect(chosen(opportunities, { roles: [role(3, ANN, true)] })).toBeUndefined();
});

test('a primary role takes precedence over a role on an Opportunity created later', () => {
  const roles = [role(1, ANN, true), role(2)];
  expect(chosen([opportunity(1), opportunity(2)], { roles })).toBe(idOf('Opportunity', 1));
});

test('a primary role counts only if it is a recipient’s', () => {
  const roles = [role(1), role(1, BOB, true), role(2)];
  expect(chosen([opportunity(1), opportunity(2)], { roles })).toBe(idOf('Opportunity', 2));
});

test('one primary role among several of a recipient on one Opportunity is enough', () => {
  const roles = [role(1), role(1, ANN, true), role(2)];
  expect(chosen([opportunity(1), opportunity(2)], { roles })).toBe(idOf('Opportunity', 1));
});

test('among several with a primary role, the most recently created is chosen', () => {
  const roles = [role(1, ANN, true), role(2, ANN, true), role(3)];
  expect(chosen([opportunity(1), opportunity(2), opportunity(3)], { roles })).toBe(
    idOf('Opportunity', 2),
  );
});

test('among several without a primary role, the most recently created is chosen', () => {
  const roles = [role(1), role(2)];
  expect(chosen([opportunity(2), opportunity(1)], { roles })).toBe(idOf('Opportunity', 2));
});

test('among several created at the same time, the one with the lowest Id is chosen', () => {
  const createdAt = Date.parse('2026-10-01T00:00:00Z');
  const tied = [3, 1, 2].map((number) => opportunity(number, { createdAt }));
  const roles = [role(1), role(2), role(3)];
  expect(chosen(tied, { roles })).toBe(idOf('Opportunity', 1));
});

test('Ids are compared by character code, so that capitals come first', () => {
  const createdAt = 1;
  const [capital, small] = ['006000000000A01IAA', '006000000000a01AAA'];
  const tied = [small, capital].map((id) => opportunity(1, { id, createdAt }));
  const roles = tied.map(({ id }) => ({ opportunityId: id, contactId: ANN, primary: false }));
  expect(chosen(tied, { roles })).toBe(capital);
});

test('without a contact role of a recipient, the only open one is chosen', () => {
  const closed = opportunity(2, { closed: true, closeDay: '2026-11-03' });
  expect(chosen([opportunity(1), closed])).toBe(idOf('Opportunity', 1));
});

test('without a contact role of a recipient, none of several open ones is chosen', () => {
  expect(chosen([opportunity(1), opportunity(2)])).toBeUndefined();
});

test('no Opportunity is chosen for an Account without one', () => {
  expect(choose([])).toEqual({
    reasons: [
      'The Account had no Opportunity open at the time of the share (2026-11-04 in UTC), so none ' +
        'is named.',
    ],
  });
});

test('the reasons say in short why no Opportunity is named, and nothing if one is', () => {
  const because = (records: readonly OpportunityRecord[], options: Options = {}) =>
    whyNoOpportunity(choose(records, options).reasons);
  expect(because([])).toBe('the Account had no open Opportunity');
  expect(because([opportunity(1), opportunity(2)])).toBe(
    'the Account had 2 open Opportunities and no recipient has a contact role on any of them',
  );
  expect(because([opportunity(1)])).toBeUndefined();
  expect(because([opportunity(1), opportunity(2)], { roles: [role(1)] })).toBeUndefined();
});
