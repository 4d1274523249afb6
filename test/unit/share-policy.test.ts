import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DecisionFacts,
  decide,
  earlySkip,
  type HoldRules,
  lateSkip,
  type PolicyRules,
  type ShareFacts,
  SKIP_REASONS,
  skipReason,
  stillAwaitsAuditLog,
} from '../../src/share/policy.ts';
import type { DriveFacts, Share } from '../../src/share/share.ts';

const DAY_MS = 86_400_000;
const SHARED_AT = Date.parse('2026-11-04T15:00:00Z');
const RULES: PolicyRules = {
  start: Date.parse('2026-11-01T00:00:00Z'),
  ignoreCreatedBy: [],
  internalDomains: ['acme.com'],
  linkShares: 'skip',
};
const CREATOR = '005000000000A1bIAE';

const SHARE: Share = {
  source: 'salesforce',
  eventId: 'salesforce:05D000000000001AAA',
  shareId: '05D000000000001AAA',
  sharedAt: SHARED_AT,
  sharer: { id: CREATOR, email: 'rep@acme.com', username: 'rep@acme.com.prod' },
  content: { id: '069000000000001AAA', title: 'Deck', url: 'https://acme.example/d' },
  contentProperties: [],
  eventProperties: [],
};

function facts(share: Partial<Share> = {}, rest: Partial<ShareFacts> = {}): ShareFacts {
  return { share: { ...SHARE, ...share }, recipientEmails: ['ann@globex.com'], ...rest };
}

const { url: _url, ...CONTENT_WITHOUT_LINK } = SHARE.content;
const WITHOUT_LINK = { content: CONTENT_WITHOUT_LINK };

test('a share with an external person is reported', () => {
  expect(skipReason(facts(), RULES)).toBeUndefined();
});

test('a share before the start is skipped; a share at the start is not', () => {
  const { start = 0 } = RULES;
  expect(skipReason(facts({ sharedAt: start - 1 }), RULES)).toBe('before-start');
  expect(skipReason(facts({ sharedAt: start }), RULES)).toBeUndefined();
});

test('without a start, as in a backfill, no share is too old', () => {
  expect(skipReason(facts({ sharedAt: 0 }), { ...RULES, start: undefined })).toBeUndefined();
});

describe('an ignored creator', () => {
  test.each([
    [CREATOR, 'the long Id'],
    [CREATOR.slice(0, 15), 'the short Id'],
    [CREATOR.toLowerCase(), 'the long Id in lower case, which is the same Id'],
    [` ${CREATOR} `, 'spaces around it'],
    ['rep@acme.com.prod', 'the username'],
    ['Rep@ACME.com.PROD', 'the username in capitals'],
  ])('can be configured as %j: %s', (entry) => {
    const rules = { ...RULES, ignoreCreatedBy: ['package@vendor.example', entry] };
    expect(skipReason(facts(), rules)).toBe('ignored-creator');
  });

  test.each([
    [CREATOR.slice(0, 15).toLowerCase(), 'another short Id, which differs only by case'],
    [CREATOR.slice(0, 16), 'neither form of an Id'],
    [CREATOR.slice(0, 14), 'too short'],
    ['rep@acme.com', 'the email, which is not the username'],
    ['', 'nothing'],
    [' ', 'a space'],
  ])('does not match %j: %s', (entry) => {
    expect(skipReason(facts(), { ...RULES, ignoreCreatedBy: [entry] })).toBeUndefined();
  });

  test('does not match a share without a creator, or with a creator without Id and username', () => {
    const rules = { ...RULES, ignoreCreatedBy: [CREATOR, 'rep@acme.com.prod'] };
    const { sharer: _, ...anonymous } = SHARE;
    expect(skipReason({ share: anonymous, recipientEmails: [] }, rules)).toBeUndefined();
    expect(skipReason(facts({ sharer: { email: 'rep@acme.com' } }), rules)).toBeUndefined();
  });
});

test('a share whose recipients are all internal is skipped', () => {
  const recipientEmails = ['bob@acme.com', 'Eve@EU.acme.com'];
  expect(skipReason(facts({}, { recipientEmails }), RULES)).toBe('internal-only');
});

test('a share with one external recipient is reported, and so is one without recipients', () => {
  const mixed = ['bob@acme.com', 'ann@globex.com'];
  expect(skipReason(facts({}, { recipientEmails: mixed }), RULES)).toBeUndefined();
  expect(skipReason(facts({}, { recipientEmails: [] }), RULES)).toBeUndefined();
});

test('a share by an external sharer is skipped', () => {
  const share = { sharer: { id: CREATOR, email: 'partner@globex.com' } };
  expect(skipReason(facts(share), RULES)).toBe('external-sharer');
});

test.each([
  ['Salesforce’s automated process', { email: 'autoproc@00d5e0000000007eaa' }],
  ['an automation, whatever its address', { email: 'cloud@partner.example', isAutomation: true }],
  ['a service account', { email: 'sync@project.iam.gserviceaccount.com' }],
  ['an address without a domain', { email: 'root@localhost' }],
  ['no address', { email: 'integration' }],
] as const)('only a person with another company’s address is external, not %s', (_who, sharer) => {
  expect(skipReason(facts({ sharer }), RULES)).toBeUndefined();
});

test('a sharer without an email does not count as external', () => {
  expect(skipReason(facts({ sharer: { id: CREATOR } }), RULES)).toBeUndefined();
  expect(skipReason(facts({ sharer: { id: CREATOR, email: '' } }), RULES)).toBeUndefined();
  const { sharer: _, ...anonymous } = SHARE;
  expect(skipReason({ share: anonymous, recipientEmails: [] }, RULES)).toBeUndefined();
});

test('a sandbox user does not count as external', () => {
  const sharer = { id: CREATOR, email: 'rep@acme.com.invalid' };
  expect(skipReason(facts({ sharer }), RULES)).toBeUndefined();
});

describe('a Drive share', () => {
  const drive = (changes: Partial<DriveFacts> = {}): Partial<Share> => ({
    source: 'google-drive',
    drive: { detector: 'changes', item: 'file', grantees: [], ...changes },
  });
  const ann = { kind: 'user', email: 'ann@globex.com', role: 'reader' } as const;

  test.each(['link-only', 'service-account', 'no-address'] as const)(
    'without a named grantee is skipped with its reason: %s',
    (unnamed) => {
      const unnamedShare = facts(drive({ unnamed }), { recipientEmails: [] });
      expect(skipReason(unnamedShare, RULES)).toBe(unnamed);
    },
  );

  test('with only a link is reported if linkShares is report; one without an address is not', () => {
    const rules = { ...RULES, linkShares: 'report' } as const;
    expect(skipReason(facts(drive({ unnamed: 'link-only', link: 'anyone' })), rules)).toBe(
      undefined,
    );
    expect(skipReason(facts(drive({ unnamed: 'no-address' })), rules)).toBe('no-address');
  });

  test('with a person and a link is reported', () => {
    expect(skipReason(facts(drive({ grantees: [ann], link: 'anyone' })), RULES)).toBeUndefined();
  });

  test('names its grantees itself, whether or not Salesforce knows them', () => {
    const bob = { ...ann, email: 'bob@eu.acme.com' };
    const internal = facts(drive({ grantees: [bob] }), { recipientEmails: ['ann@globex.com'] });
    expect(skipReason(internal, RULES)).toBe('internal-only');
    const mixed = facts(drive({ grantees: [bob, ann] }), { recipientEmails: [] });
    expect(skipReason(mixed, RULES)).toBeUndefined();
  });

  test('that awaits the audit log is held for a day, matched or not', () => {
    const rules = { ...RULES, holdDays: 0, unmatched: 'send' } as const;
    // From the start of the run: tomorrow's run starts a day later, not a day and some minutes.
    const times = { runStartedAt: SHARED_AT, now: SHARED_AT + 5 * 60_000 };
    const shared = { ...facts(drive({ grantees: [ann] })), matched: true, ...times };
    const held = { state: 'held', reason: 'audit-log', notBefore: SHARED_AT + DAY_MS };
    expect(decide({ ...shared, awaitsAuditLog: true }, rules)).toEqual(held);
    expect(decide({ ...shared, awaitsAuditLog: false }, rules)).toEqual({ state: 'pending' });
    const skipped = { ...shared, ...facts(drive({ unnamed: 'link-only' })), awaitsAuditLog: true };
    expect(decide(skipped, rules)).toEqual({ state: 'skipped', reason: 'link-only' });
  });

  test('waits until a later run has read the audit log, and at most a day', () => {
    const wait = {
      notBefore: SHARED_AT + DAY_MS,
      runStartedAt: SHARED_AT + 1,
      auditLogRead: true,
      now: SHARED_AT + 2,
    };
    expect(stillAwaitsAuditLog(wait)).toBe(false);
    expect(stillAwaitsAuditLog({ ...wait, runStartedAt: SHARED_AT })).toBe(true);
    expect(stillAwaitsAuditLog({ ...wait, auditLogRead: false })).toBe(true);
    const over = { ...wait, auditLogRead: false, now: SHARED_AT + DAY_MS };
    expect(stillAwaitsAuditLog(over)).toBe(false);
    const clockWasAhead = { ...wait, notBefore: SHARED_AT + 3 * DAY_MS };
    expect(stillAwaitsAuditLog(clockWasAhead)).toBe(false);
  });
});

test('a share without a link or with an empty link is skipped', () => {
  expect(skipReason(facts(WITHOUT_LINK), RULES)).toBe('no-url');
  const content = { ...SHARE.content, url: '' };
  expect(skipReason(facts({ content }), RULES)).toBe('no-url');
});

/** For each reason, a change that makes this reason apply and no other. */
const CAUSES: Readonly<Record<string, (facts: ShareFacts) => ShareFacts>> = {
  'before-start': ({ share, ...rest }) => ({ ...rest, share: { ...share, sharedAt: 0 } }),
  'ignored-creator': ({ share, ...rest }) => ({
    ...rest,
    share: { ...share, sharer: { ...share.sharer, username: 'package@vendor.example' } },
  }),
  'internal-only': (each) => ({ ...each, recipientEmails: ['bob@acme.com'] }),
  'external-sharer': ({ share, ...rest }) => ({
    ...rest,
    share: { ...share, sharer: { ...share.sharer, email: 'partner@globex.com' } },
  }),
  'no-address': ({ share, ...rest }) => ({
    ...rest,
    share: {
      ...share,
      drive: {
        detector: 'changes',
        item: 'file',
        grantees: rest.recipientEmails.map((email) => ({ kind: 'user', email, role: 'reader' })),
        unnamed: 'no-address',
      },
    },
  }),
  'no-url': ({ share, ...rest }) => ({ ...rest, share: { ...share, ...WITHOUT_LINK } }),
};

test('the first of several reasons is recorded, whether decided in one step or in two', () => {
  const rules = { ...RULES, ignoreCreatedBy: ['package@vendor.example'] };
  fc.assert(
    fc.property(fc.subarray(Object.keys(CAUSES)), (causes) => {
      const combined = causes.reduce((each, cause) => CAUSES[cause]?.(each) ?? each, facts());
      const [first] = SKIP_REASONS.filter((reason) => causes.includes(reason));
      expect(skipReason(combined, rules)).toBe(first);
      expect(earlySkip(combined.share, rules) ?? lateSkip(combined, rules)).toBe(first);
    }),
    { numRuns: 500 },
  );
});

test('the reasons and their order match the contract', () => {
  expect(SKIP_REASONS).toEqual([
    'before-start',
    'ignored-creator',
    'internal-only',
    'external-sharer',
    'link-only',
    'service-account',
    'no-address',
    'no-url',
    'unmatched',
    'operator',
    'rebound',
    'forgotten',
  ]);
});

describe('the state of a share', () => {
  const hold: PolicyRules & HoldRules = { ...RULES, holdDays: 3, unmatched: 'send' };
  const unmatched = (now: number): DecisionFacts => ({
    ...facts(),
    matched: false,
    now,
    awaitsAuditLog: false,
    runStartedAt: now,
  });

  test('with a Salesforce record, it is pending immediately', () => {
    const matched = { ...unmatched(SHARED_AT), matched: true };
    expect(decide(matched, { ...hold, unmatched: 'skip' })).toEqual({ state: 'pending' });
  });

  test('without one, it is held until three days after the share', () => {
    const notBefore = SHARED_AT + 3 * DAY_MS;
    const held = { state: 'held', reason: 'unmatched', notBefore };
    expect(decide(unmatched(SHARED_AT), hold)).toEqual(held);
    expect(decide(unmatched(notBefore - 1), hold)).toEqual(held);
    expect(decide(unmatched(notBefore), hold)).toEqual({ state: 'pending' });
  });

  test('after the hold, it is skipped only if the configuration says so', () => {
    const now = SHARED_AT + 3 * DAY_MS;
    const skipped = { state: 'skipped', reason: 'unmatched' };
    expect(decide(unmatched(now), { ...hold, unmatched: 'skip' })).toEqual(skipped);
    expect(decide(unmatched(now - 1), { ...hold, unmatched: 'skip' }).state).toBe('held');
  });

  test('with holdDays 0, it is never held', () => {
    const rules = { ...hold, holdDays: 0 };
    expect(decide(unmatched(SHARED_AT), rules)).toEqual({ state: 'pending' });
    expect(decide(unmatched(SHARED_AT), { ...rules, unmatched: 'skip' }).state).toBe('skipped');
  });

  test('an old share, as in a backfill, is not held', () => {
    expect(decide(unmatched(SHARED_AT + 400 * DAY_MS), hold)).toEqual({ state: 'pending' });
  });

  test('a share that must not be reported is skipped, not held, whatever its match', () => {
    const withoutLink = { ...unmatched(SHARED_AT), ...facts(WITHOUT_LINK) };
    expect(decide(withoutLink, hold)).toEqual({ state: 'skipped', reason: 'no-url' });
    expect(decide({ ...withoutLink, matched: true }, hold).state).toBe('skipped');
    const early = { ...withoutLink, ...facts({ sharedAt: 0 }) };
    expect(decide(early, hold)).toEqual({ state: 'skipped', reason: 'before-start' });
  });
});
