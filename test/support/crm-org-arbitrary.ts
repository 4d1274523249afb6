import fc from 'fast-check';
import type { Share } from '../../src/share/share.ts';
import { deliveryOf, driveShareOf, idOf, type Org, type OrgType } from './crm-org.ts';

/** Around midnight in New York on days of clock changes. Few, so that ties occur. */
const TIMES = [
  '2026-03-08T04:59:59Z',
  '2026-03-08T05:00:00Z',
  '2026-11-01T03:59:59Z',
  '2026-11-01T04:00:00Z',
  '2026-11-02T04:59:59Z',
  '2026-11-02T05:00:00Z',
].map((text) => Date.parse(text));
const EARLY_TIMES = TIMES.slice(0, 2);
const LATE_TIMES = TIMES.slice(2);
const DAYS = ['2026-03-07', '2026-03-08', '2026-10-31', '2026-11-01', '2026-11-02'];
/** few Ids per type, so that records often reference each other */
const NUMBERS = [1, 2, 3];
const SHARED_ACCOUNT = idOf('Account', 1);
const DEAL_NUMBERS = [1, 2, 3, 4, 5, 6];

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const maybe = <T>(values: readonly T[]) => fc.option(oneOf(values), { nil: undefined, freq: 4 });
const idsOf = (type: OrgType, numbers = NUMBERS) => numbers.map((number) => idOf(type, number));

/** Some of the records with these Ids; the others are deleted or hidden. */
function someOf<T>(ids: readonly string[], facts: (id: string) => fc.Arbitrary<T>) {
  return fc
    .tuple(...ids.map((id) => fc.option(facts(id), { nil: undefined, freq: 5 })))
    .map((records) => records.filter((record) => record !== undefined).map(omitUndefined));
}

/** Removes keys without a value, as the lookup does. */
function omitUndefined<T>(record: T): T {
  const entries = Object.entries(record as object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

/** few addresses: one in two spellings, and one with characters that are LIKE wildcards */
const ADDRESSES = ['a@x.example', 'A@X.Example', "o'b%_@y.example", 'c@mail.x.example'];
const email = fc.option(oneOf(ADDRESSES), { nil: undefined, freq: 4 });
const modifiedAt = oneOf(EARLY_TIMES);
const WEBSITES = ['x.example', 'https://www.X.example/de', 'http://y.example', 'notx.example'];

const scatteredOrg = fc.record({
  accounts: someOf(idsOf('Account'), (id) =>
    fc.record({ id: fc.constant(id), website: maybe(WEBSITES) }),
  ),
  contacts: someOf(idsOf('Contact'), (id) =>
    fc.record({
      id: fc.constant(id),
      email,
      accountId: maybe([1, 1, 2, 3].map((number) => idOf('Account', number))),
      modifiedAt,
    }),
  ),
  leads: someOf(idsOf('Lead'), (id) =>
    fc.record({
      id: fc.constant(id),
      email,
      converted: fc.boolean(),
      convertedContactId: maybe(idsOf('Contact')),
      convertedAccountId: maybe(idsOf('Account')),
      modifiedAt,
    }),
  ),
  cases: someOf(idsOf('Case'), (id) =>
    fc.record({
      id: fc.constant(id),
      accountId: maybe(idsOf('Account')),
      contactId: maybe(idsOf('Contact')),
    }),
  ),
  opportunities: someOf(idsOf('Opportunity', DEAL_NUMBERS), (id) =>
    fc.record({
      id: fc.constant(id),
      accountId: maybe([1, 1, 1, 2].map((number) => idOf('Account', number))),
      createdAt: oneOf([...EARLY_TIMES, ...EARLY_TIMES, ...TIMES]),
      closeDay: maybe(DAYS),
      closed: oneOf([true, false, false]),
    }),
  ),
  roles: fc.array(
    fc.record({
      opportunityId: oneOf(idsOf('Opportunity', DEAL_NUMBERS)),
      contactId: oneOf(idsOf('Contact')),
      primary: fc.boolean(),
    }),
    { minLength: 4, maxLength: 14, size: 'max' },
  ),
}) as fc.Arbitrary<Org>;

/** All Contacts and Opportunities have the same Account, so that the roles compete. */
const singleAccountOrg = scatteredOrg.map((org) => ({
  ...org,
  contacts: idsOf('Contact').map((id, index) => ({
    id,
    email: ADDRESSES[index] ?? 'a@x.example',
    accountId: SHARED_ACCOUNT,
    modifiedAt: 0,
  })),
  opportunities: org.opportunities.map((each) => ({ ...each, accountId: SHARED_ACCOUNT })),
}));

export const orgArbitrary: fc.Arbitrary<Org> = fc.oneof(scatteredOrg, singleAccountOrg);

const RELATED_TYPES = ['Opportunity', 'Account', 'Contact', 'Lead', 'Case', 'Custom__c'] as const;

const PEOPLE = ['Contact', 'Contact', 'Lead'] as const;

export const deliveryArbitrary: fc.Arbitrary<Share> = fc
  .record({
    type: oneOf([...RELATED_TYPES, ...PEOPLE, ...PEOPLE, ...PEOPLE]),
    number: oneOf(NUMBERS),
    visible: fc.integer({ min: 0, max: 19 }).map((roll) => roll > 0),
    sharedAt: oneOf([...TIMES, ...LATE_TIMES, ...LATE_TIMES]),
  })
  .map(({ type, number, visible, sharedAt }) =>
    deliveryOf({ id: idOf(type, number), ...(visible && { type }) }, sharedAt),
  );

/** A share can name a person twice, and can name a person without a record. */
export const driveShareArbitrary: fc.Arbitrary<Share> = fc
  .record({
    emails: fc.array(oneOf([...ADDRESSES, 'unknown@z.example']), { maxLength: 4, size: 'max' }),
    sharedAt: oneOf([...TIMES, ...LATE_TIMES, ...LATE_TIMES]),
  })
  .map(({ emails, sharedAt }) => driveShareOf(emails, sharedAt));
