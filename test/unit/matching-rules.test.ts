import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * Every rule of matching, and the tests that are named after it: who changes a rule finds them here,
 * and none of them can go unnoticed.
 */
const RULES: readonly (readonly [rule: string, file: string, ...tests: string[]])[] = [
  [
    'Emails compare case-insensitively',
    'unit/crm-recipients',
    'emails compare case-insensitively',
    'an address that only resembles the one asked for reaches nobody',
  ],
  [
    'a grantee named twice is one recipient',
    'unit/crm-recipients',
    'a grantee named twice is one recipient',
  ],
  ['a Contact wins over a Lead', 'unit/crm-recipients', 'a Contact wins over a Lead'],
  [
    'of several Contacts the one with an Account, then the latest modified, then the lowest Id',
    'unit/crm-recipients',
    'of several Contacts the one with an Account, though another was modified later',
    'of several Contacts with an Account the latest modified',
    'of several Contacts modified at the same time the lowest Id',
  ],
  [
    'a converted Lead counts as its Contact',
    'unit/crm-recipients',
    'a converted Lead counts as its Contact',
  ],
  [
    'an Opportunity is open if it was created before the share',
    'unit/crm-deal',
    'an Opportunity created before the share and not closed now was open at the share',
    'one created at the very time of the share, or later, was not open',
  ],
  [
    'and is not closed now, or has a CloseDate on or after the day of the share',
    'unit/crm-deal',
    'one that is not closed was open, however long its close date has passed',
    'one that is closed now was open up to and on its close date',
  ],
  [
    'the day of the share is that of the tenant’s timezone',
    'unit/crm-deal',
    'the day of the share is that of the tenant’s timezone',
  ],
  [
    'those where a recipient has a contact role, primary first, then created last, then lowest Id',
    'unit/crm-deal',
    'of the open ones, one where a recipient has a contact role goes before all others',
    'a primary role goes before one on a deal created later',
    'of several primary ones the one created last is chosen',
    'of several created at the same time the one with the lowest Id is chosen',
  ],
  [
    'without any contact role the only open one, and none where there are several',
    'unit/crm-deal',
    'without any contact role of a recipient the only open one is chosen',
    'without any contact role of a recipient none is chosen where several are open',
  ],
  [
    'at most one Opportunity an Account',
    'unit/crm-recipients',
    'at most one Opportunity per Account, chosen by the roles of all recipients',
  ],
  [
    'a delivery related to an Opportunity names it, open or not, and its Account',
    'unit/crm-match',
    'a delivery related to an open Opportunity names it and its Account, and nobody',
    'a delivery related to a closed Opportunity names it, though another one is open',
  ],
  [
    'one related to an Account, a Contact or a Lead names that and what follows from it',
    'unit/crm-match',
    'a delivery related to an Account names it and its only open Opportunity',
    'a delivery related to a Contact names him, his Account and the deal of his role',
    'a delivery related to a Lead names it alone, and him as recipient',
  ],
  [
    'a Case stands for its Account and Contact, who is named, but no recipient',
    'unit/crm-match',
    'a Case stands for its Account and its Contact, who is named but no recipient',
    "a Case without an Account takes its Contact's",
    "the roles of a Case's Contact choose no deal",
  ],
  [
    'anything else, or nothing, is unmatched',
    'unit/crm-match',
    'any other kind of record is unmatched',
    'a delivery related to nothing is unmatched',
  ],
  [
    'objectTypes narrows what is named, not what counts as matched',
    'pipeline/drive-matching',
    'objectTypes narrows what is named, not what counts as matched',
  ],
  [
    'a held delivery that gets a related record is matched anew',
    'pipeline/decisions',
    'is held, and sent with its Contact once it is related to one',
  ],
  [
    'Ids are the 18-character form',
    'unit/crm-look-up',
    'a row with the short form of an Id is the record of the long one',
    'an Id of 18 characters is asked for and matched as it stands, whatever its checksum',
  ],
  [
    'a failed look-up is never taken for "no match"',
    'pipeline/drive-matching',
    'a look-up that fails stores no share and moves no cursor; the next run has both',
  ],
  [
    'a Contact or Lead without an email is named, and is no recipient',
    'unit/crm-match',
    'a Contact without an email is named, is no recipient, and his roles choose no deal',
    'a Lead without an email is named and is no recipient',
  ],
  [
    'a converted Lead whose Contact is gone: the Lead’s own Account, else unmatched',
    'unit/crm-recipients',
    'a converted Lead whose Contact is gone leaves its own Account',
    'a converted Lead whose Contact is gone and who names no Account is unmatched',
  ],
  [
    'the one Account whose website has the domain, where the tenant wants it; never of two',
    'unit/crm-domain',
    'who has no record is matched to the one Account whose website has his domain',
    'two candidates are never chosen between, however their websites are written',
    'without the setting no domain is asked for',
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
