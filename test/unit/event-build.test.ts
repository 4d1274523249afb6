import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CRM_OBJECT_TYPES,
  type CrmObject,
  type Match,
  type Recipient,
} from '../../src/crm/match.ts';
import { type BodySettings, buildBody } from '../../src/event/build.ts';
import { problemsOf } from '../../src/event/contract.ts';
import { createBodyCheck } from '../../src/sandbox/gong/check-body.ts';
import type { Property, Share, Sharer } from '../../src/share/share.ts';

const SETTINGS: BodySettings = {
  reportingSystem: 'sharetrail',
  actionName: 'Content Shared',
  objectTypes: CRM_OBJECT_TYPES,
};

const NO_MATCH: Match = { matched: false, objects: [], recipients: [], reasons: [] };

const OPPORTUNITY: CrmObject = { type: 'Opportunity', id: '006000000000001AAA' };
const ACCOUNT: CrmObject = { type: 'Account', id: '001000000000001AAA' };
const CONTACT: CrmObject = { type: 'Contact', id: '003000000000001AAA' };
const LEAD: CrmObject = { type: 'Lead', id: '00Q000000000001AAA' };

function share(changes: Partial<Share> = {}): Share {
  return {
    source: 'salesforce',
    eventId: 'salesforce:05D000000000001AAA',
    shareId: '05D000000000001AAA',
    sharedAt: Date.UTC(2026, 10, 1, 10, 0, 0, 987),
    content: {
      id: '069000000000001AAA',
      title: 'Pricing 2027',
      url: 'https://acme.my.salesforce.com/sfc/p/0/a/1/pricing',
    },
    contentProperties: [],
    eventProperties: [],
    ...changes,
  };
}

function match(changes: Partial<Match>): Match {
  return { ...NO_MATCH, matched: true, ...changes };
}

/** Compares as text, so that the order of the keys counts. */
function expectBody(body: object, expected: object): void {
  expect(JSON.stringify(body, null, 2)).toBe(JSON.stringify(expected, null, 2));
  expect(problemsOf(body)).toEqual([]);
}

/** A share with every fact that a source can have. */
const full = share({
  sharer: {
    id: '005000000000001AAA',
    email: 'ann@acme.com',
    name: 'Ann Seller',
    username: 'ann@acme.com.prod',
  },
  content: { ...share().content, infoUrl: 'https://acme.my.salesforce.com/05D000000000001AAA' },
  related: { id: OPPORTUNITY.id, type: 'Opportunity' },
  contentProperties: [
    { name: 'File type', dataType: 'string', value: 'PDF' },
    { name: 'Size in bytes', dataType: 'number', value: 52_114 },
  ],
  eventProperties: [
    { name: 'Expires', dataType: 'date', value: Date.UTC(2027, 0, 1) },
    { name: 'Preview', dataType: 'url', value: 'https://acme.my.salesforce.com/p' },
  ],
});

describe('buildBody', () => {
  it('fills only the required fields if the source has nothing else', () => {
    expectBody(buildBody(share(), NO_MATCH, SETTINGS), {
      reportingSystem: 'sharetrail',
      eventTimestamp: '2026-11-01T10:00:00Z',
      eventId: 'salesforce:05D000000000001AAA',
      contentId: '069000000000001AAA',
      contentUrl: 'https://acme.my.salesforce.com/sfc/p/0/a/1/pricing',
      contentTitle: 'Pricing 2027',
      shareId: '05D000000000001AAA',
      actionName: 'Content Shared',
    });
  });

  it('fills every field of a delivery related to an Opportunity, in the order of the page', () => {
    const found = match({
      objects: [CONTACT, ACCOUNT, OPPORTUNITY],
      recipients: [
        { email: 'bob@customer.com', name: 'Bob Buyer', title: 'VP Operations', object: CONTACT },
      ],
    });
    const settings = { ...SETTINGS, workspaceId: '623457276584334' };
    expectBody(buildBody(full, found, settings), {
      reportingSystem: 'sharetrail',
      eventTimestamp: '2026-11-01T10:00:00Z',
      eventId: 'salesforce:05D000000000001AAA',
      contentId: '069000000000001AAA',
      contentUrl: 'https://acme.my.salesforce.com/sfc/p/0/a/1/pricing',
      contentTitle: 'Pricing 2027',
      shareId: '05D000000000001AAA',
      shareInfoUrl: 'https://acme.my.salesforce.com/05D000000000001AAA',
      sharer: { email: 'ann@acme.com', name: 'Ann Seller' },
      recipients: [
        {
          email: 'bob@customer.com',
          name: 'Bob Buyer',
          title: 'VP Operations',
          context: [
            {
              system: 'Salesforce',
              objects: [{ objectType: 'Contact', objectId: '003000000000001AAA' }],
            },
          ],
        },
      ],
      crmContext: [
        {
          system: 'Salesforce',
          objects: [
            { objectType: 'Opportunity', objectId: '006000000000001AAA' },
            { objectType: 'Account', objectId: '001000000000001AAA' },
            { objectType: 'Contact', objectId: '003000000000001AAA' },
          ],
        },
      ],
      contentProperties: [
        { name: 'File type', value: 'PDF', dataType: 'string' },
        { name: 'Size in bytes', value: 52_114, dataType: 'number' },
      ],
      eventProperties: [
        { name: 'Expires', value: '2027-01-01T00:00:00Z', dataType: 'date' },
        { name: 'Preview', value: 'https://acme.my.salesforce.com/p', dataType: 'url' },
      ],
      workspaceId: '623457276584334',
      actionName: 'Content Shared',
    });
  });

  it('names a Lead and its person, and omits invalid and empty values', () => {
    const odd = share({
      sharer: { id: '005000000000001AAA', email: 'not an address', name: ' ' },
      content: {
        id: '069000000000001AAA',
        title: 'Prices \ud83d and more',
        url: 'https://acme.my.salesforce.com/with blank',
        infoUrl: 'no link',
      },
      contentProperties: [
        { name: 'File type', dataType: 'string', value: ' ' },
        { name: 'Size', dataType: 'number', value: Number.NaN },
        { name: ' ', dataType: 'string', value: 'nameless' },
      ],
      eventProperties: [
        { name: 'Preview', dataType: 'url', value: 'no link' },
        { name: 'Expires', dataType: 'date', value: Number.POSITIVE_INFINITY },
        { name: 'Last opened', dataType: 'date', value: Date.UTC(12_026, 0, 1) },
        { name: 'Balance', dataType: 'number', value: -2.5 },
      ],
    });
    const found = match({
      objects: [LEAD],
      recipients: [
        { email: ' lee@prospect.com ', name: '', title: 'CFO', object: LEAD },
        { email: 'kim@prospect.com' },
      ],
    });
    expectBody(buildBody(odd, found, SETTINGS), {
      reportingSystem: 'sharetrail',
      eventTimestamp: '2026-11-01T10:00:00Z',
      eventId: 'salesforce:05D000000000001AAA',
      contentId: '069000000000001AAA',
      contentUrl: 'https://acme.my.salesforce.com/with%20blank',
      contentTitle: 'Prices � and more',
      shareId: '05D000000000001AAA',
      recipients: [
        {
          email: 'lee@prospect.com',
          title: 'CFO',
          context: [
            {
              system: 'Salesforce',
              objects: [{ objectType: 'Lead', objectId: '00Q000000000001AAA' }],
            },
          ],
        },
        { email: 'kim@prospect.com' },
      ],
      crmContext: [
        {
          system: 'Salesforce',
          objects: [{ objectType: 'Lead', objectId: '00Q000000000001AAA' }],
        },
      ],
      eventProperties: [{ name: 'Balance', value: -2.5, dataType: 'number' }],
      actionName: 'Content Shared',
    });
  });
});

describe('buildBody: objects and values', () => {
  const found = match({
    objects: [LEAD, CONTACT, ACCOUNT, OPPORTUNITY],
    recipients: [{ email: 'bob@customer.com', object: CONTACT }],
  });
  const typesNamed = (objectTypes: BodySettings['objectTypes']) =>
    buildBody(share(), found, { ...SETTINGS, objectTypes }).crmContext?.flatMap(
      ({ objects }) => objects?.map(({ objectType }) => objectType) ?? [],
    );

  it('orders objects as Opportunity, Account, Contact, Lead, whatever order it gets', () => {
    const ordered = ['Opportunity', 'Account', 'Contact', 'Lead'];
    expect(typesNamed(['Lead', 'Contact', 'Account', 'Opportunity'])).toEqual(ordered);
  });

  it('applies objectTypes to crmContext, but not to a recipient’s own context', () => {
    expect(typesNamed(['Account', 'Opportunity'])).toEqual(['Opportunity', 'Account']);
    const body = buildBody(share(), found, { ...SETTINGS, objectTypes: ['Account'] });
    const own = [{ objectType: 'Contact', objectId: CONTACT.id }];
    expect(body.recipients?.[0]?.context).toEqual([{ system: 'Salesforce', objects: own }]);
  });

  it('omits crmContext if objectTypes allows no type', () => {
    expect(buildBody(share(), found, { ...SETTINGS, objectTypes: [] })).not.toHaveProperty(
      'crmContext',
    );
  });

  it('leaves a missing required value for problemsOf to report', () => {
    const bare = share({ content: { id: '069000000000001AAA', title: ' ' } });
    const invalid = match({ recipients: [{ email: 'invalid' }] });
    expect(problemsOf(buildBody(bare, invalid, SETTINGS))).toEqual([
      'contentUrl: must be given',
      'contentTitle: must be given',
      'recipients[0].email: must be an email address',
    ]);
  });

  it('writes -0 as 0, because JSON cannot represent -0', () => {
    const balance: Property = { name: 'Balance', dataType: 'number', value: -0 };
    const body = buildBody(share({ eventProperties: [balance] }), NO_MATCH, SETTINGS);
    expect(body.eventProperties?.[0]?.value).toBe(0);
  });

  it('rounds times down to whole seconds, even before 1970', () => {
    const timestamp = (sharedAt: number) =>
      buildBody(share({ sharedAt }), NO_MATCH, SETTINGS).eventTimestamp;
    expect(timestamp(1_999)).toBe('1970-01-01T00:00:01Z');
    expect(timestamp(-1)).toBe('1969-12-31T23:59:59Z');
  });
});

/** Any UTF-16, including lone surrogates, control characters and blanks. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(32, 65, 0xd83d, 0xde00)), {
    maxLength: 12,
  })
  .map((units) => String.fromCharCode(...units));
const someText = anyText.map((text) => `x${text}`);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const anyLink = fc.oneof(
  anyText,
  fc.webUrl(),
  someText.map((text) => `https://example.com/${text}`),
);
const anyTime = fc.integer({ min: Date.UTC(1_000), max: Date.UTC(9_999) });
const anyId = fc.stringMatching(/^[A-Za-z0-9]{15}[A-Z0-5]{3}$/);
const address = fc
  .tuple(fc.stringMatching(/^[a-zà-ÿ'+._-]{1,9}$/), fc.domain())
  .map(([local, domain]) => `${local}@${domain}`);

/** Removes keys with an undefined value, as exact optional properties require. */
function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}

const anyProperty: fc.Arbitrary<Property> = fc.oneof(
  fc.record({ name: anyText, dataType: fc.constant('string' as const), value: anyText }),
  fc.record({ name: anyText, dataType: fc.constant('url' as const), value: anyLink }),
  fc.record({ name: anyText, dataType: fc.constant('number' as const), value: fc.double() }),
  fc.record({ name: anyText, dataType: fc.constant('date' as const), value: fc.double() }),
  fc.record({ name: anyText, dataType: fc.constant('date' as const), value: anyTime }),
);

const anySharer = fc
  .record({ id: anyId, email: maybe(fc.oneof(address, anyText)), name: maybe(anyText) })
  .map((sharer) => defined(sharer) as Sharer);

const anyShare = fc
  .record({
    source: fc.constant('salesforce' as const),
    shareId: anyId,
    sharedAt: anyTime,
    sharer: maybe(anySharer),
    content: fc
      .record({
        id: anyId,
        title: someText,
        url: fc.oneof(
          fc.webUrl(),
          someText.map((text) => `https://example.com/${text}`),
        ),
        infoUrl: maybe(anyLink),
      })
      .map(defined),
    contentProperties: fc.array(anyProperty, { maxLength: 4 }),
    eventProperties: fc.array(anyProperty, { maxLength: 4 }),
  })
  .map((fields) => ({ ...defined(fields), eventId: `salesforce:${fields.shareId}` }) as Share);

const anyObject: fc.Arbitrary<CrmObject> = fc.record({
  type: fc.constantFrom(...CRM_OBJECT_TYPES),
  id: anyId,
});

const anyRecipient = fc
  .record({ email: address, name: maybe(anyText), title: maybe(anyText), object: maybe(anyObject) })
  .map((recipient) => defined(recipient) as Recipient);

const anyMatch: fc.Arbitrary<Match> = fc.record({
  matched: fc.boolean(),
  objects: fc.array(anyObject, { maxLength: 5 }),
  recipients: fc.array(anyRecipient, { maxLength: 3 }),
  reasons: fc.constant([]),
});

const anySettings = fc
  .record({
    reportingSystem: someText,
    actionName: someText,
    workspaceId: maybe(fc.stringMatching(/^\d{1,20}$/)),
    objectTypes: fc.subarray([...CRM_OBJECT_TYPES]),
  })
  .map((settings) => defined(settings) as BodySettings);

/** Every value in `body`, at any depth, that is empty or has a lone surrogate. */
function gapsIn(body: unknown): unknown[] {
  if (typeof body === 'string') return body.trim() === '' || !body.isWellFormed() ? [body] : [];
  if (typeof body !== 'object') return body === undefined ? [body] : [];
  const inside = Object.values(body ?? {});
  return inside.length === 0 ? [body] : inside.flatMap(gapsIn);
}

describe('buildBody, for any share and match', () => {
  const checkOfSandbox = createBodyCheck();

  it('builds a body that meets the contract, survives JSON, and passes the sandbox check', () => {
    fc.assert(
      fc.property(anyShare, anyMatch, anySettings, (someShare, someMatch, settings) => {
        const body = buildBody(someShare, someMatch, settings);
        const text = JSON.stringify(body);
        expect(problemsOf(body)).toEqual([]);
        expect(JSON.parse(text)).toEqual(body);
        expect(gapsIn(body)).toEqual([]);
        expect(checkOfSandbox(JSON.parse(text))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('changes neither the share nor the match', () => {
    fc.assert(
      fc.property(anyShare, anyMatch, anySettings, (someShare, someMatch, settings) => {
        const before = structuredClone([someShare, someMatch, settings]);
        buildBody(someShare, someMatch, settings);
        expect([someShare, someMatch, settings]).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});
