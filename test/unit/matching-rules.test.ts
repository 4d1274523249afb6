import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Every matching rule of the contract, and the tests that verify it. */
const RULES: readonly (readonly [rule: string, file: string, ...tests: string[]])[] = [
  [
    'Emails compare case-insensitively',
    'unit/crm-recipients',
    'emails compare case-insensitively',
    'an address that only resembles a Contact’s is not matched',
  ],
  [
    'a grantee named twice is one recipient',
    'unit/crm-recipients',
    'a grantee named twice is one recipient',
  ],
  [
    'a Contact takes precedence over a Lead',
    'unit/crm-recipients',
    'a Contact takes precedence over a Lead',
  ],
  [
    'among several Contacts: one with an Account, then the most recently modified, then lowest Id',
    'unit/crm-recipients',
    'among several Contacts, one with an Account wins, even if another was modified later',
    'among several Contacts with an Account, the most recently modified wins',
    'among several Contacts modified at the same time, the lowest Id wins',
  ],
  [
    'a converted Lead counts as its Contact',
    'unit/crm-recipients',
    'a converted Lead counts as its Contact',
  ],
  [
    'an Opportunity is open if it was created before the share',
    'unit/crm-opportunity',
    'an Opportunity created before the share and not closed now was open',
    'one created at the time of the share or later was not open',
  ],
  [
    'and is not closed now, or has a CloseDate on or after the day of the share',
    'unit/crm-opportunity',
    'one that is not closed was open, even if its close date has passed',
    'one that is closed now was open until the end of its close date',
  ],
  [
    'the day of the share is the day in the tenant’s timezone',
    'unit/crm-opportunity',
    'the day of the share is the day in the tenant’s timezone',
  ],
  [
    'those with a contact role of a recipient: primary, then most recently created, then lowest Id',
    'unit/crm-opportunity',
    'an open one with a contact role of a recipient takes precedence over all others',
    'a primary role takes precedence over a role on an Opportunity created later',
    'among several with a primary role, the most recently created is chosen',
    'among several created at the same time, the one with the lowest Id is chosen',
  ],
  [
    'without a contact role: the only open one, and none of several',
    'unit/crm-opportunity',
    'without a contact role of a recipient, the only open one is chosen',
    'without a contact role of a recipient, none of several open ones is chosen',
  ],
  [
    'at most one Opportunity per Account',
    'unit/crm-recipients',
    'at most one Opportunity per Account, chosen by the roles of all recipients',
  ],
  [
    'a delivery related to an Opportunity names it, open or not, and its Account',
    'unit/crm-match',
    'a delivery related to an open Opportunity names it and its Account, but no person',
    'a delivery related to a closed Opportunity names it, even if another one is open',
  ],
  [
    'a delivery related to an Account, a Contact or a Lead names that record and what follows',
    'unit/crm-match',
    'a delivery related to an Account names it and its only open Opportunity',
    'a delivery related to a Contact names them, their Account and Opportunity',
    'a delivery related to a Lead names only the Lead, who is the recipient',
  ],
  [
    'a Case leads to its Account and Contact, who is named, but is not a recipient',
    'unit/crm-match',
    'a Case leads to its Account and its Contact, who is named, but is not a recipient',
    "a Case without an Account takes its Contact's Account",
    "the roles of a Case's Contact do not count",
  ],
  [
    'any other record, or none, is unmatched',
    'unit/crm-match',
    'a related record of any other type is unmatched',
    'a delivery without a related record is unmatched',
  ],
  [
    'objectTypes narrows what is named, not what counts as matched',
    'pipeline/drive-matching',
    'objectTypes restricts what is named, not what counts as matched',
  ],
  [
    'a held delivery that gets a related record is matched again',
    'pipeline/decisions',
    'is held, and sent with its Contact once it is related to one',
  ],
  [
    'Ids use the 18-character form',
    'unit/crm-look-up',
    'a row with the short form of an Id is read with the long form',
    'an Id of 18 characters is used unchanged, whatever its checksum',
  ],
  [
    'a failed lookup is never treated as "no match"',
    'pipeline/drive-matching',
    'a failed look-up stores no share and moves no cursor; the next run does both',
  ],
  [
    'a Contact or Lead without an email is named, but is not a recipient',
    'unit/crm-match',
    'a Contact without an email is named, but no recipient, and their roles do not count',
    'a Lead without an email is named, but is not a recipient',
  ],
  [
    'a converted Lead without its Contact: the Lead’s own Account, otherwise unmatched',
    'unit/crm-recipients',
    'a converted Lead without its Contact leads to its own Account',
    'a converted Lead without its Contact and without an Account is unmatched',
  ],
  [
    'matchAccountByDomain: the only Account whose website has the domain, never one of two',
    'unit/crm-domain',
    'a person without a record is matched to the only Account with their domain',
    'neither of two candidates is chosen, however their websites are written',
    'without the setting, no domain is searched',
  ],
];

test.each(RULES)('%s', (_rule, file, ...tests) => {
  const source = readFileSync(new URL(`../${file}.test.ts`, import.meta.url), 'utf8');
  for (const name of tests) {
    expect(
      [`test('${name}'`, `test("${name}"`].some((start) => source.includes(start)),
      name,
    ).toBe(true);
  }
});
