import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../src/event/contract.ts';

type Kind = 'text' | 'time' | 'link' | 'email' | 'gong id' | 'list' | 'record';

interface Field {
  readonly path: string;
  readonly kind: Kind;
  readonly required?: true;
  readonly values?: readonly string[];
}

const SYSTEMS = ['Salesforce', 'HubSpot', 'MicrosoftDynamic', 'Generic'];
const PARTY_TYPES = ['Lead', 'Contact', 'Account', 'Opportunity', 'User', 'Lead,Contact'];
const EVENT_TYPES = ['Opportunity', 'Account', 'Lead', 'Contact', 'User', 'Opportunity,Account'];

const record = (path: string): Field => ({ path, kind: 'record' });
const list = (path: string): Field => ({ path, kind: 'list' });
const text = (path: string): Field => ({ path, kind: 'text' });
const must = (path: string, kind: Kind = 'text'): Field => ({ path, kind, required: true });
const choice = (path: string, values: readonly string[]): Field => ({ ...must(path), values });

function contextFields(path: string, types: readonly string[]): Field[] {
  return [
    list(path),
    record(`${path}[0]`),
    choice(`${path}[0].system`, SYSTEMS),
    list(`${path}[0].objects`),
    record(`${path}[0].objects[0]`),
    choice(`${path}[0].objects[0].objectType`, types),
    must(`${path}[0].objects[0].objectId`),
    list(`${path}[0].objects[0].fields`),
    record(`${path}[0].objects[0].fields[0]`),
    text(`${path}[0].objects[0].fields[0].name`),
    { path: `${path}[0].objects[0].fields[0].value`, kind: 'text' },
  ];
}

const propertyFields = (path: string): Field[] => [
  list(path),
  record(`${path}[0]`),
  must(`${path}[0].name`),
  must(`${path}[0].value`),
  choice(`${path}[0].dataType`, ['number', 'string', 'url', 'date']),
];

/** Every field of Gong's page "Report event of a content share", at every depth. */
const FIELDS: readonly Field[] = [
  must('reportingSystem'),
  must('eventTimestamp', 'time'),
  must('eventId'),
  must('contentId'),
  must('contentUrl', 'link'),
  must('contentTitle'),
  text('shareId'),
  { path: 'shareInfoUrl', kind: 'link' },
  text('sharingMessageSubject'),
  text('sharingMessageBody'),
  record('sharer'),
  { path: 'sharer.id', kind: 'gong id' },
  { path: 'sharer.email', kind: 'email' },
  text('sharer.name'),
  list('recipients'),
  record('recipients[0]'),
  must('recipients[0].email', 'email'),
  text('recipients[0].name'),
  text('recipients[0].title'),
  ...contextFields('recipients[0].context', PARTY_TYPES),
  ...contextFields('crmContext', EVENT_TYPES),
  ...propertyFields('contentProperties'),
  ...propertyFields('eventProperties'),
  { path: 'workspaceId', kind: 'gong id' },
  text('actionName'),
  list('nonCompanyParticipants'),
  record('nonCompanyParticipants[0]'),
  { path: 'nonCompanyParticipants[0].email', kind: 'email' },
  text('nonCompanyParticipants[0].name'),
  text('nonCompanyParticipants[0].title'),
  ...contextFields('nonCompanyParticipants[0].context', PARTY_TYPES),
  { path: 'moreInfoUrl', kind: 'link' },
  text('trackingId'),
  text('userAgent'),
  text('mobileAppId'),
  text('agentPlatform'),
];

const WRONG: Record<Kind, readonly unknown[]> = {
  text: [null, '', ' \n', 7, [], ['a'], 'half a pair \ud83d'],
  time: [
    null,
    '',
    1_793_527_200_000,
    '2026-11-01',
    '2026-11-01T10:00:00',
    '2026-11-01T10:00:00.000Z',
    '2026-02-30T10:00:00Z',
    '2026-11-01T24:00:00Z',
    '2026-11-01 10:00:00Z',
    '2026-11-01T10:00:00+0500',
    ' 2026-11-01T10:00:00Z',
  ],
  link: [
    null,
    '',
    5,
    'example.com/a',
    'ftp://example.com/a',
    'https://',
    'https://example.com/a b',
  ],
  email: [
    null,
    '',
    5,
    'ann',
    'ann@',
    '@example.com',
    'ann@example',
    'ann @example.com',
    'a@b@c.de',
  ],
  'gong id': [null, '', 623_457_276_584_334, '12a', '-1', '123456789012345678901'],
  list: [null, {}, 'a', []],
  record: [null, 'a', 4, {}],
};

function contextBody(objectType: string) {
  const objectId = '0013601230sV7grAAC';
  const fields = [{ name: 'Industry', value: 'Gong Inc.' }];
  return [{ system: 'Salesforce', objects: [{ objectType, objectId, fields }] }];
}

function person(name: string) {
  const email = `${name.toLowerCase()}@example.com`;
  return { email, name, title: 'VP', context: contextBody('Lead,Contact') };
}

function fullBody(): Record<string, unknown> {
  return {
    reportingSystem: 'abc123',
    eventTimestamp: '2021-02-17T02:30:00-08:00',
    eventId: 'salesforce:05D000000000001AAA',
    contentId: 'doc_123456789',
    contentUrl: 'https://example.com/doc_123456789',
    contentTitle: 'Features & Spec V.1',
    shareId: 'abc123',
    shareInfoUrl: 'https://example.com/path/to/a/page',
    sharingMessageSubject: 'Sample Subject',
    sharingMessageBody: '<b>Hi</b>',
    sharer: { id: '234599484848423', email: 'test@test.com', name: 'Test User' },
    recipients: [person('Ann')],
    crmContext: contextBody('Opportunity,Account'),
    contentProperties: [{ name: 'Type', value: 'PDF', dataType: 'string' }],
    eventProperties: [{ name: 'Role', value: 'reader', dataType: 'string' }],
    workspaceId: '623457276584334',
    actionName: 'Document Sent',
    nonCompanyParticipants: [person('Bob')],
    moreInfoUrl: 'https://example.com/more',
    trackingId: 'track-1',
    userAgent: 'Mozilla/5.0',
    mobileAppId: 'app-1',
    agentPlatform: 'web',
  };
}

/** The full body with the value at `path` replaced, or removed if `value` is undefined. */
function bodyWith(path: string, value: unknown): unknown {
  const body = fullBody();
  const steps = path.match(/[^.[\]]+/g) ?? [];
  let parent: unknown = body;
  for (const step of steps.slice(0, -1)) parent = Reflect.get(Object(parent), step);
  const last = steps.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return body;
}

const named = (path: string) => new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}[.[:]`);

/** Every path in the full body. The table must contain them all. */
function pathsIn(value: unknown, path = ''): string[] {
  const own = path === '' ? [] : [path];
  if (Array.isArray(value))
    return [...own, ...value.flatMap((v, i) => pathsIn(v, `${path}[${i}]`))];
  if (typeof value !== 'object' || value === null) return own;
  const dot = path === '' ? '' : '.';
  return [...own, ...Object.entries(value).flatMap(([k, v]) => pathsIn(v, `${path}${dot}${k}`))];
}

describe('the contract of a content-shared body', () => {
  it('accepts a body with every field of the reference', () => {
    expect(problemsOf(fullBody())).toEqual([]);
  });

  it('is tested for every field of the full body', () => {
    expect(FIELDS.map(({ path }) => path).sort()).toEqual(pathsIn(fullBody()).sort());
  });

  it.each(FIELDS.filter(({ required }) => required))('$path must be given', ({ path }) => {
    const problems = problemsOf(bodyWith(path, undefined));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(named(path));
  });

  const leaves = FIELDS.filter(({ required, path }) => !required && !path.endsWith(']'));
  it.each(leaves)('$path is optional', ({ path }) => {
    expect(problemsOf(bodyWith(path, undefined))).toEqual([]);
  });

  const wrong = FIELDS.flatMap(({ path, kind }) =>
    WRONG[kind]
      // A field's value can be a number: the page says "object", and its example is a string.
      .filter((value) => !(path.endsWith('fields[0].value') && value === 7))
      // It has no required fields.
      .filter((value) => !(path.endsWith('fields[0]') && JSON.stringify(value) === '{}'))
      .map((value) => ({ path, value })),
  );
  it.each(wrong)('$path rejects $value', ({ path, value }) => {
    const problems = problemsOf(bodyWith(path, value));
    expect(problems).not.toEqual([]);
    for (const problem of problems) expect(problem).toMatch(named(path));
  });

  const choices = FIELDS.flatMap(({ path, values = [] }) =>
    values.map((value) => ({ path, value })),
  );
  it.each(choices)('$path accepts $value', ({ path, value }) => {
    const problems = problemsOf(bodyWith(path, value));
    expect(problems.filter((problem) => named(path).test(problem))).toEqual([]);
  });

  it.each(FIELDS.filter(({ values }) => values))('$path rejects the rest', ({ path, values }) => {
    for (const value of ['salesforce', 'lead', 'number, string, url, date', 'Case']) {
      const accepted = (values ?? []).map((each) => `"${each}"`).join(', ');
      expect(problemsOf(bodyWith(path, value))).toEqual([`${path}: must be one of ${accepted}`]);
    }
  });

  it.each(FIELDS.filter(({ kind }) => kind === 'record'))(
    '$path rejects a field that the reference does not have',
    ({ path }) => {
      const problems = problemsOf(bodyWith(`${path}.colour`, 'red'));
      expect(problems).toEqual([`${path}.colour: is not a content share field`]);
    },
  );

  it('rejects an unknown field at the top level', () => {
    const problems = problemsOf({ ...fullBody(), colour: 'red' });
    expect(problems).toEqual(['colour: is not a content share field']);
  });

  it.each([null, undefined, 'text', 4, []])('rejects %j as a body', (body) => {
    expect(problemsOf(body)).toEqual([expect.stringMatching(/^body: must be /)]);
  });

  it('requires 15 or 18 characters for Salesforce ids, but not for other systems', () => {
    const path = 'crmContext[0].objects[0].objectId';
    expect(problemsOf(bodyWith(path, '0013601230sV7gr'))).toEqual([]);
    expect(problemsOf(bodyWith(path, '0013601230sV7grAA'))).toEqual([
      `${path}: must be a Salesforce id`,
    ]);
    const other = [{ system: 'HubSpot', objects: [{ objectType: 'Account', objectId: '12-34' }] }];
    expect(problemsOf(bodyWith('crmContext', other))).toEqual([]);
  });

  it.each([
    ['number', 3.14, true],
    ['number', 0, true],
    ['number', '3.14', false],
    ['number', Number.NaN, false],
    ['number', Number.POSITIVE_INFINITY, false],
    ['string', '3.14', true],
    ['string', 3.14, false],
    ['date', '2021-02-17T02:30:00-08:00', true],
    ['date', '2021-02-17T02:30:00Z', true],
    ['date', '2021-02-17', false],
    ['date', '2021-02-17T02:30:00.000Z', false],
    ['date', 1_793_527_200_000, false],
    ['url', 'https://example.com/example?q=v', true],
    ['url', 'example.com', false],
    ['url', 'https://example.com/a b', false],
    ['url', 5, false],
  ])('for a %s property of %j, validity is %s', (dataType, value, fits) => {
    for (const name of ['contentProperties', 'eventProperties']) {
      const problems = problemsOf(bodyWith(name, [{ name: 'A', value, dataType }]));
      if (fits) expect(problems).toEqual([]);
      else expect(problems).toEqual([expect.stringMatching(named(`${name}[0].value`))]);
    }
  });

  it('reports at most twenty problems, and the number of further ones', () => {
    const recipients = Array.from({ length: 1_000 }, () => ({ name: 'Ann' }));
    const problems = problemsOf({ ...fullBody(), recipients });
    expect(problems).toHaveLength(21);
    expect(problems[0]).toBe('recipients[0].email: must be given');
    expect(problems.at(-1)).toBe('and 980 more');
  });

  it('never quotes a value', () => {
    const problems = problemsOf(bodyWith('recipients[0].email', 'ann-at-example'));
    expect(problems.join()).not.toContain('ann');
  });
});
