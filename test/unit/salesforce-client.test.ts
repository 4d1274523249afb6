import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { SALESFORCE_LIMITS } from '../../src/vendors/salesforce/limits.ts';
import {
  asSent,
  collect,
  compositeBody,
  createTestClient,
  errorBody,
  HTML_PAGE,
  queryBody,
  salesforceConfig,
  soqlOf,
  soqlsOf,
  startSalesforce,
} from '../support/salesforce-peer.ts';

const NEXT = '/services/data/v62.0/query/01gxx-2000';

describe('a paged query', () => {
  test('follows the locator to the end, one billed call per page', async () => {
    await using peer = await startSalesforce({
      call: ({ url }, reply) =>
        reply.respond(
          200,
          url === NEXT
            ? queryBody([{ Id: 'c' }])
            : queryBody([{ Id: 'a' }, { Id: 'b' }], { path: NEXT, total: 3 }),
        ),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    const soql = "SELECT Id FROM A WHERE Name = 'Müller & Söhne+' ORDER BY Id";
    expect(await collect(client.queryPages(soql, asSent))).toEqual([
      [{ Id: 'a' }, { Id: 'b' }],
      [{ Id: 'c' }],
    ]);
    expect(peer.calls.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(peer.calls[0]?.url).toMatch(/^\/services\/data\/v62\.0\/query\?q=/);
    expect(soqlOf(peer.calls[0]?.url ?? '')).toBe(soql);
    expect(peer.calls[0]?.headers.authorization).toBe('Bearer access-1');
    expect(billed()).toBe(2);
  });

  test('requests a page only when it is needed', async () => {
    await using peer = await startSalesforce({
      call: (_request, reply) =>
        reply.respond(200, queryBody([{ Id: 'a' }], { path: NEXT, total: 2 })),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    for await (const _rows of client.queryPages('SELECT Id FROM A', asSent)) break;
    expect(peer.calls).toHaveLength(1);
  });

  test('reports the used API calls, even after a refusal', async () => {
    let status = 200;
    let isOmitted = false;
    await using peer = await startSalesforce({
      call: (_request, reply) =>
        reply.respond(status, status === 200 ? queryBody([]) : errorBody('INVALID_TYPE'), {
          ...(isOmitted ? {} : { 'Sforce-Limit-Info': `api-usage=${status}/15000` }),
        }),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(client.usage).toBeUndefined();
    await collect(client.queryPages('SELECT Id FROM A', asSent));
    expect(client.usage).toEqual({ used: 200, limit: 15_000 });
    status = 400;
    await expect(collect(client.queryPages('SELECT Id FROM A', asSent))).rejects.toThrow(UserError);
    expect(client.usage).toEqual({ used: 400, limit: 15_000 });
    isOmitted = true;
    await expect(collect(client.queryPages('SELECT Id FROM A', asSent))).rejects.toThrow(UserError);
    expect(client.usage).toEqual({ used: 400, limit: 15_000 });
  });

  test('that does not fit in a URL is not sent', async () => {
    await using peer = await startSalesforce({ call: (_request, reply) => reply.respond(414) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages('x'.repeat(12_000), asSent))).rejects.toThrow(
      'does not fit',
    );
    expect(peer.requests).toHaveLength(0);
  });
});

describe('a response', () => {
  const contentTypes = {
    'without a content type': '',
    'of text/plain': 'text/plain',
    'of text/xml': 'text/xml; charset=UTF-8',
    'of text/csv': 'text/csv',
  };
  test.each(Object.entries(contentTypes))('%s is parsed by its content', async (_what, type) => {
    await using peer = await startSalesforce({
      call: ({ method }, reply) => {
        const rows = queryBody([{ Id: 'a' }]);
        const body = method === 'POST' ? compositeBody([rows]) : rows;
        reply.respond(200, JSON.stringify(body), { 'content-type': type });
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages('SELECT Id FROM A', asSent))).toEqual([[{ Id: 'a' }]]);
    expect(await client.queryBatch(['q'])).toEqual([[{ Id: 'a' }]]);
  });

  test('with a web page is recognized by its content, not its type', async () => {
    await using peer = await startSalesforce({
      call: (_request, reply) =>
        reply.respond(200, HTML_PAGE, { 'content-type': 'application/json' }),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages('SELECT Id FROM A', asSent))).rejects.toThrow(
      'a web page',
    );
  });

  test.each([{}, { totalSize: null }])('without a total is accepted: %j', async (total) => {
    const { totalSize: _, ...rows } = queryBody([{ Id: 'a' }]);
    await using peer = await startSalesforce({
      call: ({ method }, reply) => {
        const body = { ...rows, ...total };
        reply.respond(200, method === 'POST' ? compositeBody([body]) : body);
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages('SELECT Id FROM A', asSent))).toEqual([[{ Id: 'a' }]]);
    expect(await client.queryBatch(['q'])).toEqual([[{ Id: 'a' }]]);
  });
});

describe('a batch of queries', () => {
  test('returns its own order, whatever the order of the sub-responses', async () => {
    await using peer = await startSalesforce({
      call: (request, reply) => {
        const rows = soqlsOf(request).map((soql) => queryBody([{ Soql: soql }]));
        const { compositeResponse } = compositeBody(rows);
        reply.respond(200, { compositeResponse: compositeResponse.toReversed() });
      },
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    const rows = await client.queryBatch(['q1', 'q2', 'q3']);
    expect(rows).toEqual([[{ Soql: 'q1' }], [{ Soql: 'q2' }], [{ Soql: 'q3' }]]);
    expect(billed()).toBe(1);
  });

  test('sends five per billed call and returns its own order', async () => {
    await using peer = await startSalesforce({
      call: (request, reply) =>
        reply.respond(
          200,
          compositeBody(soqlsOf(request).map((soql) => queryBody([{ Soql: soql }]))),
        ),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    const soqls = Array.from({ length: 12 }, (_, index) => `SELECT Id FROM A${index}`);
    const rows = await client.queryBatch(soqls);
    expect(rows).toEqual(soqls.map((soql) => [{ Soql: soql }]));
    expect(peer.calls.map((request) => soqlsOf(request).length)).toEqual([5, 5, 2]);
    expect(peer.calls[0]).toMatchObject({ method: 'POST', url: '/services/data/v62.0/composite' });
    expect(billed()).toBe(3);
  });

  test('without a query sends nothing', async () => {
    await using peer = await startSalesforce({ call: (_request, reply) => reply.respond(500) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch([])).toEqual([]);
    expect(peer.requests).toHaveLength(0);
  });

  test('follows the locator of each sub-response', async () => {
    await using peer = await startSalesforce({
      call: ({ url }, reply) =>
        reply.respond(
          200,
          url === NEXT
            ? queryBody([{ Id: 'b' }])
            : compositeBody([
                queryBody([{ Id: 'a' }], { path: NEXT, total: 2 }),
                queryBody([{ Id: 'z' }]),
              ]),
        ),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch(['q1', 'q2'])).toEqual([
      [{ Id: 'a' }, { Id: 'b' }],
      [{ Id: 'z' }],
    ]);
    expect(billed()).toBe(2);
  });

  test('keeps no type and URL of a record, which take half of its memory', async () => {
    const attributes = { type: 'Contact', url: '/services/data/v62.0/sobjects/Contact/a' };
    const row = { attributes, Id: 'a', Account: { attributes, Name: 'Globex' }, Email: null };
    await using peer = await startSalesforce({
      call: (_request, reply) => reply.respond(200, compositeBody([queryBody([row])])),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    const [[read] = []] = await client.queryBatch(['q']);
    expect(JSON.parse(JSON.stringify(read))).toEqual({
      Id: 'a',
      Account: { Name: 'Globex' },
      Email: null,
    });
  });

  test.each([
    ['of one query', [[...'abc'], [], [], [], [], []]],
    ['of queries in one call', [['a'], ['b', 'c']]],
    ['of queries in several calls', [['a', 'b'], [], [], [], [], ['c']]],
  ])('ends if more rows %s are in memory than allowed', async (_which, ids) => {
    await using peer = await startSalesforce({
      call: (request, reply) => {
        const rows = soqlsOf(request).map((soql) => ids[Number(soql)]?.map((Id) => ({ Id })) ?? []);
        reply.respond(200, compositeBody(rows.map((each) => queryBody(each))));
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    const soqls = ids.keys().map(String).toArray();
    allowRows(3);
    const rows = await client.queryBatch(soqls);
    expect(rows.flat()).toHaveLength(3);
    allowRows(2);
    await expect(client.queryBatch(soqls)).rejects.toThrow(
      'a lookup in Salesforce has more than 2 rows',
    );
  });

  test('with a query longer than SOQL allows is not sent', async () => {
    await using peer = await startSalesforce({ call: (_request, reply) => reply.respond(500) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(client.queryBatch(['x'.repeat(100_001)])).rejects.toThrow('longer than SOQL');
    expect(peer.requests).toHaveLength(0);
  });
});

function allowRows(rowsPerBatchMax: number): void {
  const before = { ...SALESFORCE_LIMITS };
  Object.assign(SALESFORCE_LIMITS, { rowsPerBatchMax });
  onTestFinished(() => void Object.assign(SALESFORCE_LIMITS, before));
}
