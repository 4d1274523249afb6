import { describe, expect, test } from 'vitest';
import { createBodyCheck } from '../../src/sandbox/gong/check-body.ts';
import { errorsOf, minimalEvent, putEvent, startGong } from '../support/gong-sandbox.ts';

const checkBody = createBodyCheck();

const SALESFORCE_ID = '0013601230sV7grAAC';
const CONTEXT = {
  system: 'Salesforce',
  objects: [
    {
      objectType: 'Contact',
      objectId: SALESFORCE_ID,
      fields: [{ name: 'name', value: 'Gong Inc.' }, { value: 3 }, { value: { a: 1 } }],
    },
  ],
};

/** Every field of the reference page. */
const FULL_EVENT = minimalEvent({
  eventTimestamp: '2021-02-17T02:30:00-08:00',
  eventId: 'abc123',
  shareId: 'abc123',
  shareInfoUrl: 'https://example.com/path/to/a/page',
  sharingMessageSubject: 'Sample Subject',
  sharingMessageBody: '<b>Hi</b>',
  sharer: { id: '234599484848423', email: 'test@test.com', name: 'Test User' },
  recipients: [
    {
      email: 'test@test.com',
      name: 'Test User',
      title: 'Enterprise Account Executive',
      context: [CONTEXT],
    },
  ],
  crmContext: [
    CONTEXT,
    { system: 'HubSpot', objects: [{ objectType: 'Account', objectId: '12345' }] },
    { system: 'Generic' },
  ],
  contentProperties: [
    { name: 'pages', dataType: 'number', value: 3.14 },
    { name: 'kind', dataType: 'string', value: 'pdf' },
    { name: 'link', dataType: 'url', value: 'https://example.com/example?q=v' },
    { name: 'expires', dataType: 'date', value: '2021-02-17T02:30:00-08:00' },
  ],
  eventProperties: [{ name: 'count', dataType: 'number', value: 0 }],
  workspaceId: '623457276584334',
  actionName: 'Document Sent',
  nonCompanyParticipants: [{ name: 'Ann Other' }],
  moreInfoUrl: 'https://example.com',
  trackingId: 't',
  userAgent: 'Mozilla',
  mobileAppId: 'm',
  agentPlatform: 'web',
});

/** The body with the value at a path such as `recipients.0.email` replaced, or removed. */
function changed(path: string, value: unknown): object {
  // structuredClone would keep the two contexts as one object.
  const copy: unknown = JSON.parse(JSON.stringify(FULL_EVENT));
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let place: unknown = copy;
  for (const step of steps) place = Reflect.get(Object(place), step);
  if (value === undefined) Reflect.deleteProperty(Object(place), last);
  else Reflect.set(Object(place), last, value);
  return Object(copy);
}

test('accepts the smallest and the largest body of the reference', () => {
  expect(checkBody(minimalEvent())).toEqual([]);
  expect(checkBody(FULL_EVENT)).toEqual([]);
});

const REQUIRED = [
  'reportingSystem',
  'eventTimestamp',
  'contentId',
  'contentUrl',
  'contentTitle',
  'recipients.0.email',
  'recipients.0.context.0.system',
  'recipients.0.context.0.objects.0.objectType',
  'recipients.0.context.0.objects.0.objectId',
  'crmContext.0.system',
  'crmContext.0.objects.0.objectType',
  'crmContext.0.objects.0.objectId',
  'contentProperties.0.name',
  'contentProperties.0.value',
  'contentProperties.0.dataType',
  'eventProperties.0.value',
];

test.each(REQUIRED)('requires %s: a missing value and null get the same error', (path) => {
  const place = path.replaceAll(/\.(\d+)/g, '[$1]');
  expect(checkBody(changed(path, undefined))).toEqual([`${place}: must not be null`]);
  expect(checkBody(changed(path, null))).toEqual([`${place}: must not be null`]);
});

const OPTIONAL = [
  ...['eventId', 'shareId', 'shareInfoUrl', 'sharingMessageSubject', 'sharingMessageBody'],
  ...['sharer', 'sharer.id', 'sharer.email', 'sharer.name', 'recipients', 'recipients.0.name'],
  ...['recipients.0.title', 'recipients.0.context', 'recipients.0.context.0.objects', 'crmContext'],
  ...['crmContext.0.objects', 'crmContext.0.objects.0.fields', 'contentProperties'],
  ...['crmContext.0.objects.0.fields.0.name', 'crmContext.0.objects.0.fields.0.value'],
  ...['eventProperties', 'workspaceId', 'actionName', 'nonCompanyParticipants', 'moreInfoUrl'],
  ...['trackingId', 'userAgent', 'mobileAppId', 'agentPlatform'],
];

test.each(OPTIONAL)('%s is optional but must not be null', (path) => {
  expect(checkBody(changed(path, undefined))).toEqual([]);
  const place = path.replaceAll(/\.(\d+)/g, '[$1]');
  expect(checkBody(changed(path, null))).toEqual([`${place}: must not be null`]);
});

const OBJECTS = [
  ...['', 'sharer', 'recipients.0', 'recipients.0.context.0', 'recipients.0.context.0.objects.0'],
  ...['crmContext.0', 'crmContext.0.objects.0', 'crmContext.0.objects.0.fields.0'],
  ...['contentProperties.0', 'eventProperties.0', 'nonCompanyParticipants.0'],
];

test.each(OBJECTS)('rejects an unknown field in "%s"', (path) => {
  const inner = path === '' ? 'extra' : `${path}.extra`;
  const place = inner.replaceAll(/\.(\d+)/g, '[$1]');
  expect(checkBody(changed(inner, 'x'))).toEqual([`${place}: is not a known field`]);
});

test('rejects a title of the sharer, but not of a recipient', () => {
  expect(checkBody(changed('sharer.title', 'AE'))).toEqual(['sharer.title: is not a known field']);
});

const WRONG_TYPES: readonly (readonly [string, unknown, string])[] = [
  ['contentId', 7, 'contentId: must be of type string'],
  ['workspaceId', 623457276584334, 'workspaceId: must be of type string'],
  ['sharer', [], 'sharer: must be of type object'],
  ['recipients', {}, 'recipients: must be of type array'],
  ['recipients.0', 'a@b.example', 'recipients[0]: must be of type object'],
  ['crmContext.0.objects', {}, 'crmContext[0].objects: must be of type array'],
];

const WRONG_VALUES: readonly (readonly [string, unknown, string])[] = [
  ['contentTitle', '', 'contentTitle: must not be blank and must be well-formed Unicode'],
  ['contentTitle', ' \t', 'contentTitle: must not be blank and must be well-formed Unicode'],
  ['contentTitle', 'a\ud83d', 'contentTitle: must not be blank and must be well-formed Unicode'],
  ['recipients', [], 'recipients: must not be empty'],
  ['sharer', {}, 'sharer: must not be empty'],
  ['nonCompanyParticipants', [{}], 'nonCompanyParticipants[0]: must not be empty'],
  ['recipients.0.email', 'nowhere', 'recipients[0].email: must be a well-formed email address'],
  ['sharer.email', 'a b@c.example', 'sharer.email: must be a well-formed email address'],
  ['sharer.id', '0053600000abcdEAAQ', 'sharer.id: must be a numeric id of up to 20 digits'],
  ['workspaceId', '123456789012345678901', 'workspaceId: must be a numeric id of up to 20 digits'],
  ['contentUrl', 'example.com/doc', 'contentUrl: must be a valid URL'],
  ['contentUrl', 'javascript:alert(1)', 'contentUrl: must be a valid URL'],
  ['shareInfoUrl', 'https://example.com/a b', 'shareInfoUrl: must be a valid URL'],
  [
    'crmContext.0.system',
    'salesforce',
    'crmContext[0].system: must be one of Salesforce, HubSpot, MicrosoftDynamic, Generic',
  ],
  [
    'crmContext.0.objects.0.objectType',
    'Case',
    'crmContext[0].objects[0].objectType: must be one of ' +
      'Opportunity, Account, Lead, Contact, User, Opportunity,Account',
  ],
  [
    'recipients.0.context.0.objects.0.objectType',
    'Opportunity,Account',
    'recipients[0].context[0].objects[0].objectType: must be one of ' +
      'Lead, Contact, Account, Opportunity, User, Lead,Contact',
  ],
  [
    'crmContext.0.objects.0.objectId',
    '0013601230sV7grA',
    'crmContext[0].objects[0].objectId: must be a Salesforce id of 15 or 18 characters',
  ],
];

test.each([...WRONG_TYPES, ...WRONG_VALUES])('rejects %s = %j', (path, value, sentence) => {
  expect(checkBody(changed(path, value))).toEqual([sentence]);
});

test.each(['number, string, url, date', 'boolean', 'Number'])('rejects dataType %s', (type) => {
  expect(checkBody(changed('contentProperties.0.dataType', type))).toEqual([
    'contentProperties[0].dataType: must be one of number, string, url, date',
  ]);
});

test.each([
  ['number', '3.14', 'must be of type number'],
  ['string', 3, 'must be of type string'],
  ['string', '', 'must not be blank and must be well-formed Unicode'],
  ['url', 'nowhere', 'must be a valid URL'],
  ['url', 3, 'must be of type string'],
  ['date', '2021-02-17', 'must be in ISO-8601 format with an offset or Z, without milliseconds'],
  ['date', 1613521800000, 'must be of type string'],
  ['number', true, 'must be of type number'],
])('rejects a value of dataType %s that is %j', (dataType, value, complaint) => {
  for (const list of ['contentProperties', 'eventProperties']) {
    const body = changed(`${list}.0`, { name: 'x', dataType, value });
    expect(checkBody(body)).toEqual([`${list}[0].value: ${complaint}`]);
  }
});

describe('eventTimestamp', () => {
  test.each(['2026-11-01T08:00:00Z', '2021-08-01T02:30:00+05:00', '2024-02-29T23:59:59-18:00'])(
    'accepts %s',
    (time) => {
      expect(checkBody(minimalEvent({ eventTimestamp: time }))).toEqual([]);
    },
  );

  test.each([
    ...['2026-11-01T08:00:00.000Z', '2026-11-01T08:00:00', '2026-11-01', '2026-11-01 08:00:00Z'],
    ...['2026-11-01T08:00Z', '2026-11-01T08:00:00z', '2026-11-01T08:00:00+0500', '1762000000'],
    ...['2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z'],
    ...['2026-04-31T00:00:00Z', '2026-11-01T24:00:00Z', '2026-11-01T08:60:00Z'],
    ...['2026-11-01T08:00:60Z', '2026-11-01T08:00:00+18:01', '2026-11-01T08:00:00+05:60'],
  ])('rejects %s', (time) => {
    expect(checkBody(minimalEvent({ eventTimestamp: time }))).toEqual([
      'eventTimestamp: must be in ISO-8601 format with an offset or Z, without milliseconds',
    ]);
  });
});

test('allows fewer object types in an older edition', () => {
  const older = createBodyCheck('older');
  expect(older(changed('crmContext', undefined))).toEqual([]);
  expect(older(FULL_EVENT)).toEqual([
    'crmContext[0].objects[0].objectType: must be one of Account, Opportunity',
  ]);
  expect(older(changed('recipients.0.context.0.objects.0.objectType', 'Account'))).toContain(
    'recipients[0].context[0].objects[0].objectType: must be one of Contact, Lead',
  );
});

test('reports one sentence per invalid place', () => {
  const body = { ...minimalEvent({ contentUrl: null, extra: 1 }), contentId: undefined };
  const sent: unknown = JSON.parse(JSON.stringify(body));
  expect(new Set(checkBody(sent))).toEqual(
    new Set([
      'contentId: must not be null',
      'contentUrl: must not be null',
      'extra: is not a known field',
    ]),
  );
});

test.each([
  ['{"contentUrl":', 'request body: must be well-formed JSON'],
  ['', 'request body: must be well-formed JSON'],
  ['[]', 'request body: must be of type object'],
  ['null', 'request body: must not be null'],
  ['"text"', 'request body: must be of type object'],
])('responds 400 in the error form to the body %j over HTTP', async (body, sentence) => {
  const { origin, server, gong } = await startGong();
  const response = await putEvent(origin, body);
  expect(response.status).toBe(400);
  expect(await errorsOf(response)).toEqual([sentence]);
  expect(gong.events).toHaveLength(0);
  await server.stop();
});

test('responds 400 with the sentence for an invalid field over HTTP', async () => {
  const { origin, server } = await startGong();
  const response = await putEvent(origin, minimalEvent({ contentUrl: null }));
  const json: unknown = await response.json();
  expect(response.status).toBe(400);
  expect(json).toEqual({
    requestId: response.headers.get('x-traceid'),
    errors: ['contentUrl: must not be null'],
  });
  await server.stop();
});
