import { describe, expect, test } from 'vitest';
import { buildShare, type ShareOptions } from '../../src/sources/salesforce/build-share.ts';
import {
  DELIVERY_FIELDS,
  type DeliveryRow,
  parseDeliveryRow,
  timeIn,
} from '../../src/sources/salesforce/delivery-row.ts';
import { salesforceId18 } from '../../src/vendors/salesforce/id.ts';
import type { Row } from '../../src/vendors/salesforce/responses.ts';

const INSTANCE = 'https://acme.my.salesforce.com';
const LINK = 'https://acme.file.force.com/sfc/p/a/b';
const id = (short: string) => salesforceId18(short.padEnd(15, '0'));

const ROW = {
  attributes: { type: 'ContentDistribution', url: '/services/data/…' },
  Id: '05Dxx0000000001',
  Name: 'Pricing for ACME',
  CreatedDate: '2026-11-02T09:30:15.000+0000',
  SystemModstamp: '2026-11-03T00:00:00.000+0000',
  CreatedById: '005xx0000000001',
  CreatedBy: { Name: 'Ann Lee', Email: 'ann@acme.com', Username: 'ann@acme.com.prod' },
  ContentDocumentId: '069xx0000000001',
  ContentVersionId: '068xx0000000001',
  ContentVersion: {
    Title: 'Pricing 2027',
    FileExtension: 'pptx',
    FileType: 'POWER_POINT_X',
    ContentSize: 123_456,
  },
  RelatedRecordId: '006xx0000000001',
  RelatedRecord: { Type: 'Opportunity' },
  DistributionPublicUrl: LINK,
  ExpiryDate: '2026-12-01T00:00:00.000+0000',
  PreferencesExpires: true,
  PreferencesPasswordRequired: false,
  PreferencesAllowOriginalDownload: true,
  PreferencesAllowPDFDownload: false,
  PreferencesAllowViewInBrowser: true,
  PreferencesLinkLatestVersion: true,
  PreferencesNotifyOnVisit: false,
};

const NO_FILE_TYPE = { FileExtension: 7, FileType: 8 };
const versionWith = (changes: object) => ({
  ContentVersion: { ...ROW.ContentVersion, ...changes },
});

function readRow(row: Row): DeliveryRow {
  const parsed = parseDeliveryRow(row);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function map(changes: object, contentUrl: ShareOptions['contentUrl'] = 'public-link') {
  const row = readRow({ ...ROW, ...changes });
  return buildShare(row, { instanceUrl: INSTANCE, contentUrl });
}

describe('the share of a content delivery', () => {
  test('has all facts that Salesforce returns, with ids of 18 characters', () => {
    expect(map({})).toEqual({
      source: 'salesforce',
      eventId: 'salesforce:05Dxx0000000001EAA',
      shareId: id('05Dxx0000000001'),
      sharedAt: Date.UTC(2026, 10, 2, 9, 30, 15),
      sharer: {
        id: id('005xx0000000001'),
        email: 'ann@acme.com',
        name: 'Ann Lee',
        username: 'ann@acme.com.prod',
      },
      content: {
        id: id('069xx0000000001'),
        versionId: id('068xx0000000001'),
        title: 'Pricing 2027',
        url: LINK,
        infoUrl: `${INSTANCE}/${id('05Dxx0000000001')}`,
      },
      related: { id: id('006xx0000000001'), type: 'Opportunity' },
      contentProperties: [
        { name: 'File type', dataType: 'string', value: 'pptx' },
        { name: 'File size in bytes', dataType: 'number', value: 123_456 },
      ],
      eventProperties: [
        { name: 'Delivery name', dataType: 'string', value: 'Pricing for ACME' },
        { name: 'Expires', dataType: 'date', value: Date.UTC(2026, 11, 1) },
        { name: 'Password protected', dataType: 'string', value: 'No' },
        { name: 'Download allowed', dataType: 'string', value: 'Yes' },
        { name: 'PDF download allowed', dataType: 'string', value: 'No' },
        { name: 'Viewing in browser allowed', dataType: 'string', value: 'Yes' },
        { name: 'Always shows latest version', dataType: 'string', value: 'Yes' },
        { name: 'Sharer notified of visits', dataType: 'string', value: 'No' },
      ],
    });
  });

  test('needs only an Id and a creation time', () => {
    const bare = readRow({ Id: ROW.Id, CreatedDate: ROW.CreatedDate });
    expect(buildShare(bare, { instanceUrl: INSTANCE, contentUrl: 'public-link' })).toEqual({
      source: 'salesforce',
      eventId: 'salesforce:05Dxx0000000001EAA',
      shareId: id('05Dxx0000000001'),
      sharedAt: Date.UTC(2026, 10, 2, 9, 30, 15),
      content: {
        id: id('05Dxx0000000001'),
        title: 'Untitled',
        infoUrl: `${INSTANCE}/${id('05Dxx0000000001')}`,
      },
      contentProperties: [],
      eventProperties: [],
    });
  });

  test.each([
    ['the title of the version', { ContentVersion: { Title: 'A' }, Name: 'B' }, 'A'],
    ['the name if the title is blank', { ContentVersion: { Title: ' ' }, Name: 'B' }, 'B'],
    ['the name if the title is hidden', { ContentVersion: { Title: null }, Name: 'B' }, 'B'],
    ['the name if the version is hidden', { ContentVersion: null, Name: 'B' }, 'B'],
    ['Untitled if both are blank', { ContentVersion: null, Name: '\t ' }, 'Untitled'],
    ['emoji', { ContentVersion: { Title: '\u{1F680} Plan' } }, '\u{1F680} Plan'],
    ['right-to-left text', { ContentVersion: { Title: 'הצעת מחיר' } }, 'הצעת מחיר'],
    ['255 characters', { ContentVersion: { Title: 'ü'.repeat(255) } }, 'ü'.repeat(255)],
  ])('has a title: %s', (_what, changes, title) => {
    expect(map(changes).content.title).toBe(title);
  });

  test.each([
    ['of the document', {}, '069xx0000000001'],
    ['of the version if there is no document', { ContentDocumentId: null }, '068xx0000000001'],
    [
      'of the delivery if there is neither',
      { ContentDocumentId: null, ContentVersionId: null },
      ROW.Id,
    ],
  ])('has the content id %s', (_what, changes, short) => {
    expect(map(changes).content.id).toBe(id(short));
  });

  test.each([
    ['the delivery’s link', {}, 'public-link', LINK],
    [
      'no link if Salesforce returns none',
      { DistributionPublicUrl: null },
      'public-link',
      undefined,
    ],
    ['no link if it is blank', { DistributionPublicUrl: '' }, 'public-link', undefined],
    // Gong would reject it, so the event is rejected with this reason.
    ['even a text that is not a link', { DistributionPublicUrl: 'null' }, 'public-link', 'null'],
    ['the record if links must stay internal', {}, 'record', `${INSTANCE}/${id(ROW.Id)}`],
    [
      'the record even without a link',
      { DistributionPublicUrl: null },
      'record',
      `${INSTANCE}/${id(ROW.Id)}`,
    ],
  ] as const)('has as URL %s', (_what, changes, contentUrl, url) => {
    const { content } = map(changes, contentUrl);
    expect(content.url).toBe(url);
    expect('url' in content).toBe(url !== undefined);
  });

  test.each([
    ['hidden', { CreatedBy: null }, { id: id('005xx0000000001') }],
    ['unknown', { CreatedBy: null, CreatedById: null }, undefined],
    [
      'without an address',
      { CreatedBy: { Name: 'Bot', Email: null, Username: 'bot' } },
      { id: id('005xx0000000001'), name: 'Bot', username: 'bot' },
    ],
  ])('has the known facts of a sharer who is %s', (_what, changes, sharer) => {
    expect(map(changes).sharer).toEqual(sharer);
  });

  test.each([
    ['none', { RelatedRecordId: null, RelatedRecord: null }, undefined],
    ['one with a hidden type', { RelatedRecord: null }, { id: id('006xx0000000001') }],
    [
      'one of a custom object',
      { RelatedRecordId: 'a00xx0000000001', RelatedRecord: { Type: 'Deal__c' } },
      { id: id('a00xx0000000001'), type: 'Deal__c' },
    ],
  ])('has as related record %s', (_what, changes, related) => {
    expect(map(changes).related).toEqual(related);
  });

  test('expires only if expiry is switched on', () => {
    const names = map({ PreferencesExpires: false }).eventProperties.map(({ name }) => name);
    expect(names).not.toContain('Expires');
  });

  test('omits a delivery name that equals the title', () => {
    const names = map({ Name: 'Pricing 2027' }).eventProperties.map(({ name }) => name);
    expect(names).not.toContain('Delivery name');
  });

  test('has Salesforce’s file type if the file has no extension', () => {
    const ContentVersion = { Title: 'A', FileExtension: null, FileType: 'LINK', ContentSize: 0 };
    expect(map({ ContentVersion }).contentProperties).toEqual([
      { name: 'File type', dataType: 'string', value: 'LINK' },
      { name: 'File size in bytes', dataType: 'number', value: 0 },
    ]);
  });

  test.each([
    ['no Id', { Id: undefined }, /^without-id-/, 'Id: '],
    ['an invalid Id', { Id: 'hello' }, /^hello$/, 'Id: not a Salesforce Id'],
    ['no creation time', { CreatedDate: null }, ROW.Id, 'CreatedDate: '],
    [
      'an invalid creation time',
      { CreatedDate: 'yesterday' },
      ROW.Id,
      'CreatedDate: not a Salesforce time',
    ],
  ])('cannot be built with %s', (_what, changes, named, problem) => {
    expect(parseDeliveryRow({ ...ROW, ...changes })).toMatchObject({
      kind: 'delivery',
      id: expect.stringMatching(named),
      problem: expect.stringContaining(problem),
    });
  });

  test('ignores invalid values in optional columns', () => {
    const { Id, CreatedDate, ...others } = ROW;
    for (const nonsense of [7, 'nonsense', true, [], {}, { Name: 7 }]) {
      const columns = Object.keys(others).map((column) => [column, nonsense]);
      const row = readRow({ ...Object.fromEntries(columns), Id, CreatedDate });
      expect(row).toMatchObject({ Id: id(Id), CreatedDate: Date.UTC(2026, 10, 2, 9, 30, 15) });
    }
  });

  test.each([
    ['a size that is text', 'File size in bytes', versionWith({ ContentSize: '12' })],
    ['an extension and a type that are numbers', 'File type', versionWith(NO_FILE_TYPE)],
    ['an invalid expiry', 'Expires', { ExpiryDate: 'nonsense' }],
    ['a flag that is text', 'Password protected', { PreferencesPasswordRequired: 'true' }],
    ['a name that is a number', 'Delivery name', { Name: 7 }],
  ])('with %s lacks only the property %s', (_what, without, changes) => {
    const namesOf = ({ contentProperties, eventProperties }: ReturnType<typeof map>) =>
      [...contentProperties, ...eventProperties].map(({ name }) => name);
    const expected = namesOf(map({})).filter((name) => name !== without);
    expect(namesOf(map(changes))).toEqual(expected);
    expect(expected).toHaveLength(9);
  });

  test('keeps ids of 18 characters unchanged, without checking their checksum', () => {
    const sent = { Id: '05D000000000001AAA', RelatedRecordId: '00Q000000000001AAA' };
    const share = map({ ...sent, ContentDocumentId: '069000000000001AAA' });
    expect(share.shareId).toBe(sent.Id);
    expect(share.related?.id).toBe(sent.RelatedRecordId);
    expect(share.content.id).toBe('069000000000001AAA');
  });

  test('keeps an invalid Id of a related record, which then matches no record', () => {
    expect(map({ RelatedRecordId: 'hello' }).related?.id).toBe('hello');
  });
});

test.each([
  ['a valid time', ROW.SystemModstamp, Date.UTC(2026, 10, 3)],
  ['an invalid time', 'nonsense', undefined],
  ['a missing time', null, undefined],
])('%s in an unparsed row', (_what, SystemModstamp, time) => {
  expect(timeIn({ SystemModstamp }, 'SystemModstamp')).toBe(time);
});

test('fields that give access to the file are not selected', () => {
  for (const field of ['Password', 'ContentDownloadUrl', 'PdfDownloadUrl']) {
    expect(DELIVERY_FIELDS).not.toContain(field);
  }
});

test('the selected fields are exactly the ones that are read', () => {
  const read = new Set<string>();
  const watch = (target: object, path: string): object =>
    new Proxy(target, {
      get: (inner: Record<string, unknown>, name: string) => {
        const value = inner[name];
        if (value !== null && typeof value === 'object') return watch(value, `${path}${name}.`);
        read.add(path + name);
        return value;
      },
    });
  const row = readRow(watch(ROW, '') as typeof ROW);
  buildShare(row, { instanceUrl: INSTANCE, contentUrl: 'public-link' });
  expect([...read, 'SystemModstamp'].sort()).toEqual([...DELIVERY_FIELDS].sort());
});
