import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookUp } from '../../src/crm/look-up.ts';
import { type Match, matchShare } from '../../src/crm/match.ts';
import { OrgClient } from '../support/crm-client.ts';
import { recordsOf } from '../support/crm-org.ts';
import { deliveryArbitrary, orgArbitrary } from '../support/crm-org-arbitrary.ts';
import { matchNaively } from '../support/naive-match.ts';

const timezoneArbitrary = fc.constantFrom('UTC', 'America/New_York', 'Pacific/Kiritimati');
const ROUNDS_MAX = 3;

function comparable(match: Match) {
  return {
    names: match.objects.map((object) => `${object.type} ${object.id}`),
    recipients: match.recipients.map((recipient) => recipient.email),
  };
}

test('matching agrees with a naive implementation of the contract', () => {
  fc.assert(
    fc.property(orgArbitrary, deliveryArbitrary, timezoneArbitrary, (org, share, timezone) => {
      const found = matchShare(share, recordsOf(org), { timezone });
      const { names, recipients } = matchNaively(share, org, timezone);
      expect(comparable(found)).toEqual({ names, recipients });
      expect(found.matched).toBe(names.length > 0);
      expect(found.reasons.length).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});

test('control: in the generated orgs, every rule for an Opportunity applies many times', () => {
  const scenes = fc.sample(fc.tuple(orgArbitrary, deliveryArbitrary, timezoneArbitrary), {
    numRuns: 3_000,
    seed: 1,
  });
  const applied = Map.groupBy(scenes, ([org, share, zone]) => matchNaively(share, org, zone).rule);
  const rules = [
    'none',
    'given',
    'only role',
    'primary',
    'created last',
    'lowest Id',
    'only open one',
    'several open',
    'none open',
  ];
  for (const rule of rules) expect(applied.get(rule)?.length ?? 0, rule).toBeGreaterThan(20);
});

test('the order of the records does not matter', () => {
  fc.assert(
    fc.property(orgArbitrary, deliveryArbitrary, (org, share) => {
      const backwards = {
        ...org,
        opportunities: org.opportunities.toReversed(),
        roles: org.roles.toReversed(),
      };
      const one = matchShare(share, recordsOf(org), { timezone: 'UTC' });
      const other = matchShare(share, recordsOf(backwards), { timezone: 'UTC' });
      expect(comparable(other)).toEqual(comparable(one));
    }),
  );
});

test('a lookup loads all records that matching needs, in at most three rounds', async () => {
  const batch = fc.array(deliveryArbitrary, { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(orgArbitrary, batch, timezoneArbitrary, async (org, shares, timezone) => {
      const client = new OrgClient(org);
      const records = await lookUp(client, shares, { timezone });
      expect(client.rounds).toBeLessThanOrEqual(ROUNDS_MAX);
      for (const share of shares) {
        const { names, recipients } = matchNaively(share, org, timezone);
        const found = matchShare(share, records, { timezone });
        expect(comparable(found)).toEqual({ names, recipients });
      }
    }),
    { numRuns: 1_000 },
  );
});
