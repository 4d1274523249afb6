import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import {
  collect,
  compositeAnswer,
  createTestClient,
  errorAnswer,
  HTML_PAGE,
  queryAnswer,
  salesforceConfig,
  soqlOf,
  soqlsOf,
  startSalesforce,
} from '../support/salesforce-peer.ts';

const NEXT = '/services/data/v62.0/query/01gxx-2000';

describe('a paged query', () => {
  test('follows the locator to the end, one billed call a page', async () => {
    await using peer = await startSalesforce({
      call: ({ url }, reply) =>
        reply.answer(
          200,
          url === NEXT
            ? queryAnswer([{ Id: 'c' }])
            : queryAnswer([{ Id: 'a' }, { Id: 'b' }], { path: NEXT, total: 3 }),
        ),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    const soql = "SELECT Id FROM A WHERE Name = 'Müller & Söhne+' ORDER BY Id";
    expect(await collect(client.queryPages(soql))).toEqual([
      [{ Id: 'a' }, { Id: 'b' }],
      [{ Id: 'c' }],
    ]);
    expect(peer.calls.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(peer.calls[0]?.url).toMatch(/^\/services\/data\/v62\.0\/query\?q=/);
    expect(soqlOf(peer.calls[0]?.url ?? '')).toBe(soql);
    expect(peer.calls[0]?.headers.authorization).toBe('Bearer access-1');
    expect(billed()).toBe(2);
  });

  test('asks for a page only when it is wanted', async () => {
    await using peer = await startSalesforce({
      call: (_request, reply) =>
        reply.answer(200, queryAnswer([{ Id: 'a' }], { path: NEXT, total: 2 })),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    for await (const _rows of client.queryPages('SELECT Id FROM A')) break;
    expect(peer.calls).toHaveLength(1);
  });

  test('tells how much of the allocation is used, after a refusal too', async () => {
    let status = 200;
    let silent = false;
    await using peer = await startSalesforce({
      call: (_request, reply) =>
        reply.answer(status, status === 200 ? queryAnswer([]) : errorAnswer('INVALID_TYPE'), {
          ...(silent ? {} : { 'Sforce-Limit-Info': `api-usage=${status}/15000` }),
        }),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(client.usage).toBeUndefined();
    await collect(client.queryPages('SELECT Id FROM A'));
    expect(client.usage).toEqual({ used: 200, limit: 15_000 });
    status = 400;
    await expect(collect(client.queryPages('SELECT Id FROM A'))).rejects.toThrow(UserError);
    expect(client.usage).toEqual({ used: 400, limit: 15_000 });
    silent = true;
    await expect(collect(client.queryPages('SELECT Id FROM A'))).rejects.toThrow(UserError);
    expect(client.usage).toEqual({ used: 400, limit: 15_000 });
  });

  test('that does not fit a URL is not sent', async () => {
    await using peer = await startSalesforce({ call: (_request, reply) => reply.answer(414) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages('x'.repeat(12_000)))).rejects.toThrow('does not fit');
    expect(peer.requests).toHaveLength(0);
  });
});

describe('an answer', () => {
  const answers = {
    'without a content type': '',
    'of text/plain': 'text/plain',
    'of text/xml': 'text/xml; charset=UTF-8',
    'of text/csv': 'text/csv',
  };
  test.each(Object.entries(answers))('%s is read by what it holds', async (_what, type) => {
    await using peer = await startSalesforce({
      call: ({ method }, reply) => {
        const rows = queryAnswer([{ Id: 'a' }]);
        const answer = method === 'POST' ? compositeAnswer([rows]) : rows;
        reply.answer(200, JSON.stringify(answer), { 'content-type': type });
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages('SELECT Id FROM A'))).toEqual([[{ Id: 'a' }]]);
    expect(await client.queryBatch(['q'])).toEqual([[{ Id: 'a' }]]);
  });

  test('that is a web page is one by its content, whatever it calls itself', async () => {
    await using peer = await startSalesforce({
      call: (_request, reply) =>
        reply.answer(200, HTML_PAGE, { 'content-type': 'application/json' }),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages('SELECT Id FROM A'))).rejects.toThrow('a web page');
  });

  test.each([{}, { totalSize: null }])('that announces no number is taken: %j', async (total) => {
    const { totalSize: _, ...rows } = queryAnswer([{ Id: 'a' }]);
    await using peer = await startSalesforce({
      call: ({ method }, reply) => {
        const answer = { ...rows, ...total };
        reply.answer(200, method === 'POST' ? compositeAnswer([answer]) : answer);
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages('SELECT Id FROM A'))).toEqual([[{ Id: 'a' }]]);
    expect(await client.queryBatch(['q'])).toEqual([[{ Id: 'a' }]]);
  });
});

describe('a batch of queries', () => {
  test('comes back in its own order, whatever the order of the sub-answers', async () => {
    await using peer = await startSalesforce({
      call: (request, reply) => {
        const rows = soqlsOf(request).map((soql) => queryAnswer([{ Asked: soql }]));
        const { compositeResponse } = compositeAnswer(rows);
        reply.answer(200, { compositeResponse: compositeResponse.toReversed() });
      },
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    const rows = await client.queryBatch(['q1', 'q2', 'q3']);
    expect(rows).toEqual([[{ Asked: 'q1' }], [{ Asked: 'q2' }], [{ Asked: 'q3' }]]);
    expect(billed()).toBe(1);
  });

  test('goes five to a billed call and comes back in its own order', async () => {
    await using peer = await startSalesforce({
      call: (request, reply) =>
        reply.answer(
          200,
          compositeAnswer(soqlsOf(request).map((soql) => queryAnswer([{ Asked: soql }]))),
        ),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    const soqls = Array.from({ length: 12 }, (_, index) => `SELECT Id FROM A${index}`);
    const rows = await client.queryBatch(soqls);
    expect(rows).toEqual(soqls.map((soql) => [{ Asked: soql }]));
    expect(peer.calls.map((request) => soqlsOf(request).length)).toEqual([5, 5, 2]);
    expect(peer.calls[0]).toMatchObject({ method: 'POST', url: '/services/data/v62.0/composite' });
    expect(billed()).toBe(3);
  });

  test('of none asks nothing', async () => {
    await using peer = await startSalesforce({ call: (_request, reply) => reply.answer(500) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch([])).toEqual([]);
    expect(peer.requests).toHaveLength(0);
  });

  test('follows the locator of each sub-answer', async () => {
    await using peer = await startSalesforce({
      call: ({ url }, reply) =>
        reply.answer(
          200,
          url === NEXT
            ? queryAnswer([{ Id: 'b' }])
            : compositeAnswer([
                queryAnswer([{ Id: 'a' }], { path: NEXT, total: 2 }),
                queryAnswer([{ Id: 'z' }]),
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

  test('with a query longer than SOQL allows is not sent', async () => {
    await using peer = await startSalesforce({ call: (_request, reply) => reply.answer(500) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(client.queryBatch(['x'.repeat(100_001)])).rejects.toThrow('longer than SOQL');
    expect(peer.requests).toHaveLength(0);
  });
});
