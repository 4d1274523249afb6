import { expect, test } from 'vitest';
import { matchShare } from '../../src/crm/match.ts';
import type { OpportunityRecord } from '../../src/crm/records.ts';
import { deliveryOf, idOf, type Org, recordsOf } from '../support/crm-org.ts';

const ACCOUNT = { id: idOf('Account', 1), name: 'Initech' };
const ANN = {
  id: idOf('Contact', 1),
  email: 'ann@initech.example',
  name: 'Ann Lee',
  accountId: ACCOUNT.id,
};
const CHARACTERS_MAX = 4_000;

function opportunity(number: number, facts: Partial<OpportunityRecord> = {}): OpportunityRecord {
  return {
    id: idOf('Opportunity', number),
    name: `Deal ${number}`,
    accountId: ACCOUNT.id,
    createdAt: Date.parse('2026-10-01T00:00:00Z') + number * 1_000,
    closed: false,
    ...facts,
  };
}

function reasonsOf(org: Partial<Org>, timezone = 'America/New_York'): readonly string[] {
  const records = recordsOf({ accounts: [ACCOUNT], contacts: [ANN], ...org });
  return matchShare(deliveryOf({ id: ANN.id, type: 'Contact' }), records, { timezone }).reasons;
}

const primary = (number: number) => ({
  opportunityId: idOf('Opportunity', number),
  contactId: ANN.id,
  primary: true,
});

test('the reasons say why none of several open Opportunities is named', () => {
  expect(reasonsOf({ opportunities: [opportunity(1), opportunity(2)] })).toEqual([
    `The share is related to the Contact “Ann Lee” (${ANN.id}) of the Account “Initech” ` +
      `(${ACCOUNT.id}).`,
    'The Account had 2 Opportunities open at the time of the share (2026-11-04 in ' +
      'America/New_York). No recipient has a contact role on any of them, so none is named: ' +
      `“Deal 1” (${idOf('Opportunity', 1)}), “Deal 2” (${idOf('Opportunity', 2)}).`,
  ]);
});

test('the reasons say why one candidate was chosen over the others', () => {
  const [, reason] = reasonsOf({
    opportunities: [opportunity(1), opportunity(2), opportunity(3), opportunity(4)],
    roles: [primary(1), primary(2), { ...primary(3), primary: false }],
  });
  expect(reason).toBe(
    `The Opportunity “Deal 2” (${idOf('Opportunity', 2)}) was chosen. Of the 4 Opportunities ` +
      'open at the time of the share, 3 have a contact role of a recipient. This one has a ' +
      'primary role and was created last (2026-10-01T00:00:02Z). Not chosen: ' +
      `“Deal 1” (${idOf('Opportunity', 1)}), primary, created 2026-10-01T00:00:01Z, ` +
      `“Deal 3” (${idOf('Opportunity', 3)}), not primary, created 2026-10-01T00:00:03Z.`,
  );
});

test('the reasons say why each other Opportunity was not open', () => {
  const late = opportunity(1, { createdAt: Date.parse('2026-11-05T09:00:00Z') });
  const closed = opportunity(2, { closed: true, closeDay: '2026-11-03' });
  expect(reasonsOf({ opportunities: [late, closed] }).slice(1)).toEqual([
    'The Account had no Opportunity open at the time of the share (2026-11-04 in ' +
      'America/New_York), so none is named.',
    `Not open at the time of the share (2026-11-04T15:00:00Z): “Deal 1” (${late.id}), created ` +
      `2026-11-05T09:00:00Z, “Deal 2” (${closed.id}), closed, close date 2026-11-03.`,
  ]);
});

test('the reasons for 3,000 open Opportunities count them and have a bounded length', () => {
  const opportunities = Array.from({ length: 3_000 }, (_, index) =>
    opportunity(index, { name: 'x'.repeat(500) }),
  );
  const reasons = reasonsOf({ opportunities });
  expect(reasons.join('\n').length).toBeLessThan(CHARACTERS_MAX);
  expect(reasons[1]).toContain('had 3000 Opportunities open');
  expect(reasons[1]).toMatch(/ and 2995 more\.$/);
});

test('the reasons for 3,000 candidates and 3,000 others have a bounded length', () => {
  const numbers = Array.from({ length: 3_000 }, (_, index) => index);
  const closed = numbers.map((number) =>
    opportunity(number + 3_000, { closed: true, closeDay: '2026-01-01', name: 'y'.repeat(500) }),
  );
  const open = numbers.map((number) => opportunity(number, { name: 'x'.repeat(500) }));
  const reasons = reasonsOf({ opportunities: [...open, ...closed], roles: numbers.map(primary) });
  expect(reasons.join('\n').length).toBeLessThan(CHARACTERS_MAX);
  expect(reasons[1]).toContain(`(${idOf('Opportunity', 2_999)}) was chosen`);
});

test('a long name is cut between characters', () => {
  const [reason = ''] = reasonsOf({ accounts: [{ id: ACCOUNT.id, name: '😀'.repeat(200) }] });
  expect(reason.isWellFormed()).toBe(true);
  expect(reason).toContain(`“${'😀'.repeat(79)}…” (${ACCOUNT.id})`);
});

test('a name with line breaks, a NUL or a lone surrogate becomes one clean line', () => {
  const name = 'Ini\r\n\ttech\u0000\ud800 Inc';
  const [reason = ''] = reasonsOf({ accounts: [{ id: ACCOUNT.id, name }] });
  expect(reason).toContain(`“Ini tech Inc” (${ACCOUNT.id})`);
});
