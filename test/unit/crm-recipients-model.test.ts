import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookUp } from '../../src/crm/look-up.ts';
import { type Match, matchShare } from '../../src/crm/match.ts';
import { OrgClient } from '../support/crm-client.ts';
import { recordsOf } from '../support/crm-org.ts';
import {
  deliveryArbitrary,
  driveShareArbitrary,
  orgArbitrary,
} from '../support/crm-org-arbitrary.ts';
import { matchNaively } from '../support/naive-match.ts';
import { matchRecipientsNaively } from '../support/naive-recipients.ts';

const timezoneArbitrary = fc.constantFrom('UTC', 'America/New_York', 'Pacific/Kiritimati');
const ROUNDS_MAX = 3;

function namesOf(match: Match): readonly string[] {
  return match.objects.map((object) => `${object.type} ${object.id}`);
}

function comparable(match: Match) {
  return {
    names: namesOf(match),
    recipients: match.recipients.map(({ email, object }) => `${email} ${object?.id ?? ''}`.trim()),
  };
}

test('matching by email agrees with a naive implementation of the contract', () => {
  fc.assert(
    fc.property(orgArbitrary, driveShareArbitrary, timezoneArbitrary, (org, share, timezone) => {
      const found = matchShare(share, recordsOf(org), { timezone });
      const naive = matchRecipientsNaively(share, org, { timezone, byDomain: false });
      expect(comparable(found)).toEqual({ names: naive.names, recipients: naive.recipients });
      expect(found.matched).toBe(naive.names.length > 0);
      expect(found.reasons.length).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});

test('control: in the generated orgs, every rule for choosing a person applies many times', () => {
  const scenes = fc.sample(fc.tuple(orgArbitrary, driveShareArbitrary), {
    numRuns: 3_000,
    seed: 1,
  });
  const options = { timezone: 'UTC', byDomain: true };
  const applied = scenes.flatMap(
    ([org, share]) => matchRecipientsNaively(share, org, options).rules,
  );
  const counts = Map.groupBy(applied, (rule) => rule);
  const rules = [
    'Contact, the only one',
    'Contact, with an Account',
    'Contact, latest modified',
    'Contact, lowest Id',
    'Contact through a Lead, the only one',
    'Contact through a Lead, with an Account',
    'Contact through a Lead, latest modified',
    'Contact through a Lead, lowest Id',
    'Lead',
    'Account of a Lead',
    'by domain',
    'several with the domain',
    'unknown',
    'named twice',
    'several Accounts',
    'only role',
    'primary',
    'only open one',
    'several open',
  ];
  for (const rule of rules) expect(counts.get(rule)?.length ?? 0, rule).toBeGreaterThan(20);
});

test('the order of the records does not matter, even for the reasons', () => {
  fc.assert(
    fc.property(orgArbitrary, driveShareArbitrary, (org, share) => {
      const backwards = {
        ...org,
        contacts: org.contacts.toReversed(),
        leads: org.leads.toReversed(),
      };
      const one = matchShare(share, recordsOf(org), { timezone: 'UTC' });
      const other = matchShare(share, recordsOf(backwards), { timezone: 'UTC' });
      expect(other).toEqual(one);
    }),
    { numRuns: 2_000 },
  );
});

test('a lookup loads all records that matching needs, in at most three rounds', async () => {
  const batch = fc.array(fc.oneof(driveShareArbitrary, deliveryArbitrary), {
    minLength: 1,
    maxLength: 8,
  });
  const scene = fc.tuple(orgArbitrary, batch, timezoneArbitrary, fc.boolean());
  await fc.assert(
    fc.asyncProperty(scene, async ([org, shares, timezone, byDomain]) => {
      const client = new OrgClient(org);
      const records = await lookUp(client, shares, { timezone, matchAccountByDomain: byDomain });
      expect(client.rounds).toBeLessThanOrEqual(ROUNDS_MAX);
      for (const share of shares) {
        const found = matchShare(share, records, { timezone });
        if (share.drive) {
          const naive = matchRecipientsNaively(share, org, { timezone, byDomain });
          expect(comparable(found)).toEqual({ names: naive.names, recipients: naive.recipients });
        } else {
          expect(namesOf(found)).toEqual(matchNaively(share, org, timezone).names);
        }
      }
    }),
    { numRuns: 1_500 },
  );
});
