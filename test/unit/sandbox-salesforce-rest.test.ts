import { beforeEach, describe, expect, test } from 'vitest';
import {
  API,
  errorOf,
  type JsonRecord,
  listOf,
  recordOf,
  SalesforceSandbox,
  textOf,
} from '../support/salesforce-sandbox.ts';

let sandbox: SalesforceSandbox;

beforeEach(async () => {
  sandbox = await new SalesforceSandbox().login();
});

const addContacts = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    sandbox.org.add('Contact', { LastName: String(index).padStart(4, '0') }),
  );
const statusOf = async (path: string, method = 'GET') =>
  (await sandbox.send({ path, method })).status;

describe('resources', () => {
  test('the versions need no session, everything else does', async () => {
    sandbox.token = 'none';
    const { status, body } = await sandbox.send({ path: '/services/data' });
    expect(status).toBe(200);
    expect(listOf(body).map((each) => recordOf(each)['version'])).toContain('62.0');
    expect(await statusOf(API)).toBe(401);
  });

  test('an unknown resource is NOT_FOUND, another method is METHOD_NOT_ALLOWED', async () => {
    for (const path of [`${API}/nope`, '/services/data/v9.0/limits', '/services/data/x', '/nope']) {
      const { status, body } = await sandbox.send({ path });
      expect({ path, status, code: errorOf(body).code }).toEqual({
        path,
        status: 404,
        code: 'NOT_FOUND',
      });
    }
    expect(await statusOf(`${API}/query`, 'POST')).toBe(405);
    expect(await statusOf(API)).toBe(200);
  });

  test('every response shows the used allocation, and every call is counted by kind', async () => {
    sandbox.org.setApiUsage({ limit: 1000, others: 40 });
    await sandbox.query('SELECT Id FROM User');
    await sandbox.query('SELECT Nope FROM User');
    await sandbox.send({ path: `${API}/sobjects/Contact/describe` });
    const { headers, body } = await sandbox.send({ path: `${API}/limits` });
    expect(headers['sforce-limit-info']).toBe('api-usage=44/1000');
    expect(body).toEqual({ DailyApiRequests: { Max: 1000, Remaining: 956 } });
    expect(sandbox.org.counters).toMatchObject({
      total: 4,
      byKind: { query: 2, describe: 1, limits: 1 },
      logins: 1,
      rows: 1,
    });
  });

  test('a used-up allocation is REQUEST_LIMIT_EXCEEDED, without further billing', async () => {
    sandbox.org.setApiUsage({ limit: 1 });
    expect(await statusOf(`${API}/limits`)).toBe(200);
    const { status, body, headers } = await sandbox.send({ path: `${API}/limits` });
    expect({ status, code: errorOf(body).code }).toEqual({
      status: 403,
      code: 'REQUEST_LIMIT_EXCEEDED',
    });
    expect(headers['sforce-limit-info']).toBe('api-usage=1/1');
    expect(headers).not.toHaveProperty('retry-after');
    sandbox.org.setApiUsage({ limit: 100 });
    sandbox.org.set({ refusal: 'concurrent' });
    expect(errorOf((await sandbox.query('SELECT Id FROM User')).body).code).toBe(
      'REQUEST_LIMIT_EXCEEDED',
    );
    sandbox.org.set({ refusal: 'none', apiEnabled: false });
    expect(errorOf((await sandbox.query('SELECT Id FROM User')).body).code).toBe(
      'API_DISABLED_FOR_ORG',
    );
  });

  test('URL and headers together have at most 16,384 bytes', async () => {
    const path = `${API}/query`;
    const fits = await sandbox.send({
      path,
      query: { q: 'SELECT Id FROM User' },
      headBytes: 16_384,
    });
    expect(fits.status).toBe(200);
    const headers = await sandbox.send({ path, query: { q: 'x' }, headBytes: 16_385 });
    expect(headers.status).toBe(431);
    const q = 'x'.repeat(16_384);
    expect((await sandbox.send({ path, query: { q }, headBytes: 17_000 })).status).toBe(414);
  });

  test('describe returns types and flags of the fields that the API user can read', async () => {
    const { body } = await sandbox.send({ path: `${API}/sobjects/ContentDistribution/describe` });
    const fields = listOf(recordOf(body)['fields']).map(recordOf);
    const find = (name: string) => fields.find((field) => field['name'] === name);
    expect(find('SystemModstamp')).toMatchObject({
      type: 'datetime',
      filterable: true,
      sortable: true,
    });
    expect(find('Password')).toMatchObject({ filterable: false, sortable: false });
    expect(find('PreferencesExpires')).toMatchObject({ filterable: true, sortable: false });
    expect(find('ContentDocumentId')).toMatchObject({ relationshipName: null, type: 'reference' });
    expect(find('RelatedRecordId')).toMatchObject({ polymorphicForeignKey: true, nillable: true });
    expect(fields).toHaveLength(28);
    sandbox.org.denyField('Contact', 'Title');
    const contact = await sandbox.send({ path: `${API}/sobjects/Contact/describe` });
    expect(JSON.stringify(contact.body)).not.toContain('"Title"');
    expect((await sandbox.refusal('SELECT Title FROM Contact')).code).toBe('INVALID_FIELD');
  });
});

describe('query pages', () => {
  const next = (body: JsonRecord) => sandbox.send({ path: textOf(body['nextRecordsUrl']) });

  test('a page has at most 2,000 rows and a locator of the next page', async () => {
    addContacts(2001);
    const first = recordOf(
      (await sandbox.query('SELECT LastName FROM Contact ORDER BY LastName')).body,
    );
    expect(listOf(first['records'])).toHaveLength(2000);
    expect(first).toMatchObject({ totalSize: 2001, done: false });
    expect(first['nextRecordsUrl']).toMatch(/^\/services\/data\/v62\.0\/query\/01g\w{15}-2000$/);
    const second = recordOf((await next(first)).body);
    expect(second).toMatchObject({ totalSize: 2001, done: true, records: [{ LastName: '2000' }] });
    expect(second).not.toHaveProperty('nextRecordsUrl');
    expect(sandbox.org.counters.byKind).toMatchObject({ query: 1, queryMore: 1 });
  });

  test('pages are smaller on request of the server, or of the client down to 200', async () => {
    addContacts(450);
    const soql = 'SELECT Id FROM Contact ORDER BY Id';
    const rows = async (batch: string) => {
      const headers = { 'sforce-query-options': `batchSize=${batch}` };
      return listOf(recordOf((await sandbox.query(soql, headers)).body)['records']).length;
    };
    expect(await rows('1')).toBe(200);
    expect(await rows('300')).toBe(300);
    sandbox.org.set({ pageRowsMax: 7 });
    expect(await rows('300')).toBe(7);
  });

  test('a page can be read again and shows the current records', async () => {
    const ids = addContacts(5);
    sandbox.org.set({ pageRowsMax: 2 });
    const first = recordOf((await sandbox.query('SELECT LastName FROM Contact ORDER BY Id')).body);
    const once = recordOf((await next(first)).body);
    expect(recordOf((await next(first)).body)).toEqual(once);
    expect(once['records']).toMatchObject([{ LastName: '0002' }, { LastName: '0003' }]);
    sandbox.org.remove(ids[2] ?? '');
    expect(recordOf((await next(first)).body)['records']).toMatchObject([{ LastName: '0003' }]);
  });

  test('locators end on request, after two days, with their session, and above ten', async () => {
    addContacts(3);
    sandbox.org.set({ pageRowsMax: 1 });
    const open = async () =>
      recordOf((await sandbox.query('SELECT Id FROM Contact ORDER BY Id')).body);
    const outcome = async (body: JsonRecord) => {
      const { status, body: answered } = await next(body);
      return status === 200 ? 'ok' : errorOf(answered).code;
    };
    const first = await open();
    expect(await outcome(first)).toBe('ok');
    for (let count = 0; count < 9; count += 1) await open();
    expect(await outcome(first)).toBe('ok');
    const eleventh = await open();
    expect(await outcome(first)).toBe('INVALID_QUERY_LOCATOR');
    expect(await outcome(eleventh)).toBe('ok');
    sandbox.org.expireLocators();
    expect(await outcome(eleventh)).toBe('INVALID_QUERY_LOCATOR');
    const ofOldSession = await open();
    sandbox.org.expireSessions();
    await sandbox.login();
    expect(await outcome(ofOldSession)).toBe('INVALID_QUERY_LOCATOR');
    const aged = await open();
    for (let hour = 0; hour < 47; hour += 1) {
      sandbox.clock.advance(3_600_000);
      expect(await outcome(aged)).toBe('ok');
    }
    sandbox.clock.advance(3_600_000);
    expect(await outcome(aged)).toBe('INVALID_QUERY_LOCATOR');
  });
});

describe('composite', () => {
  const sub = (referenceId: string, soql: string) => ({
    method: 'GET',
    url: `${API}/query?q=${encodeURIComponent(soql)}`,
    referenceId,
  });
  const post = (body: object) => sandbox.send({ method: 'POST', path: `${API}/composite`, body });
  const many = (count: number, soql: string) =>
    Array.from({ length: count }, (_, index) => sub(`r${index}`, soql));
  const limits = (referenceId: string) => ({ method: 'GET', url: `${API}/limits`, referenceId });

  test('handles each sub-request separately, as one billed call', async () => {
    const [id] = addContacts(1);
    const { status, body } = await post({
      compositeRequest: [
        sub('good', `SELECT LastName FROM Contact WHERE Id IN ('${id}')`),
        sub('bad', 'SELECT Nope FROM Contact'),
        { ...sub('missing', ''), url: `${API}/nope` },
      ],
    });
    expect(status).toBe(200);
    const responses = listOf(recordOf(body)['compositeResponse']);
    expect(responses).toMatchObject([
      {
        referenceId: 'good',
        httpStatusCode: 200,
        httpHeaders: {},
        body: { totalSize: 1, records: [{ LastName: '0000' }] },
      },
      { referenceId: 'bad', httpStatusCode: 400, body: [{ errorCode: 'INVALID_FIELD' }] },
      { referenceId: 'missing', httpStatusCode: 404, body: [{ errorCode: 'NOT_FOUND' }] },
    ]);
    expect(sandbox.org.counters).toMatchObject({
      total: 1,
      byKind: { composite: 1 },
      subrequests: 3,
    });
  });

  test('with allOrNone, one failure makes all sub-requests fail', async () => {
    const compositeRequest = [
      sub('good', 'SELECT Id FROM User'),
      sub('bad', 'SELECT Nope FROM User'),
    ];
    const { body } = await post({ allOrNone: true, compositeRequest });
    expect(listOf(recordOf(body)['compositeResponse'])).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
      { httpStatusCode: 400, body: [{ errorCode: 'INVALID_FIELD' }] },
    ]);
  });

  test('accepts up to 25 sub-requests, up to five of them queries or collections', async () => {
    const limited = (count: number) =>
      Array.from({ length: count }, (_, index) => limits(`l${index}`));
    expect((await post({ compositeRequest: limited(25) })).status).toBe(200);
    expect((await post({ compositeRequest: limited(26) })).status).toBe(400);
    const five = many(5, 'SELECT Id FROM User');
    expect((await post({ compositeRequest: [...five, ...limited(20)] })).status).toBe(200);
    expect((await post({ compositeRequest: many(6, 'SELECT Id FROM User') })).status).toBe(400);
    const collection = { method: 'POST', url: `${API}/composite/sobjects/User`, referenceId: 'c' };
    expect((await post({ compositeRequest: [...five, collection] })).status).toBe(400);
  });

  test.each([
    ['a repeated referenceId', [limits('a'), limits('a')]],
    ['a referenceId with a hyphen', [limits('a-b')]],
    ['another url', [{ ...limits('a'), url: '/services/apexrest/x' }]],
    ['an absolute url', [{ ...limits('a'), url: `http://127.0.0.1${API}/limits` }]],
    ['nothing', []],
  ])('refuses %s', async (_name, compositeRequest) => {
    expect((await post({ compositeRequest })).status).toBe(400);
  });

  test('refuses a body that is not JSON', async () => {
    const { body } = await sandbox.send({ method: 'POST', path: `${API}/composite`, body: '{' });
    expect(errorOf(body).code).toBe('JSON_PARSER_ERROR');
  });

  test('can refuse a long query as too complicated', async () => {
    sandbox.org.set({ compositeQueryLengthMax: 30 });
    const { body } = await post({
      compositeRequest: [sub('q', 'SELECT Id, Name, Email FROM Contact')],
    });
    expect(listOf(recordOf(body)['compositeResponse'])).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: 'QUERY_TOO_COMPLICATED' }] },
    ]);
  });
});

describe('composite/sobjects', () => {
  const retrieve = (body: object, type = 'Contact') =>
    sandbox.send({ method: 'POST', path: `${API}/composite/sobjects/${type}`, body });

  test('returns records in the order of the Ids, and null for invisible ones', async () => {
    const [a = '', b = '', c = '', d = ''] = addContacts(4);
    sandbox.org.hide(b);
    sandbox.org.remove(c);
    const ids = [d, b, c, '003Hp00000000zz', a.slice(0, 15)];
    const { body } = await retrieve({ ids, fields: ['LastName'] });
    expect(body).toMatchObject([{ LastName: '0003', Id: d }, null, null, null, { Id: a }]);
  });

  test('refuses more than 2,000 Ids, malformed Ids, and unknown fields', async () => {
    const id = sandbox.org.add('Contact');
    const code = async (body: object) => errorOf((await retrieve(body)).body).code;
    const ids = Array.from({ length: 2001 }, () => id);
    expect((await retrieve({ ids: ids.slice(1), fields: ['Id'] })).status).toBe(200);
    expect(await code({ ids, fields: ['Id'] })).toBe('EXCEEDED_ID_LIMIT');
    expect(await code({ ids: ['003x'], fields: ['Id'] })).toBe('MALFORMED_ID');
    expect(await code({ ids: [sandbox.org.userId], fields: ['Id'] })).toBe('MALFORMED_ID');
    expect(await code({ ids: [id], fields: ['Account.Name'] })).toBe('INVALID_FIELD');
    expect((await retrieve({ ids: [id], fields: ['Id'] }, 'Nope')).status).toBe(404);
  });
});
