import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import {
  asSent,
  collect,
  createTestClient,
  queryBody,
  salesforceConfig,
  startSalesforce,
} from '../support/salesforce-peer.ts';

const SOQL = 'SELECT Id FROM Contact';

describe('a list that Salesforce never ends', () => {
  test.each([
    ['pages without rows', [], /200 pages in a row have no rows/],
    ['the same rows', [{ Id: 'a' }, { Id: 'b' }], /repeat the same rows/],
  ])('ends as a failure: %s', async (_what, rows, message) => {
    let page = 0;
    await using peer = await startSalesforce({
      call: (_request, reply) => {
        page += 1;
        const path = `/services/data/v62.0/query/01g-${page}`;
        reply.respond(200, queryBody(rows, { path, total: 1_000_000 }));
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(message);
  });
});

describe('JSON that is nested without end', () => {
  test.each(['[', '{"records":'])('is one failure, without a retry: %s', async (opening) => {
    const body = opening.repeat(100_000);
    await using peer = await startSalesforce({
      call: (_request, reply) => reply.respond(200, body),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(UserError);
    await expect(client.queryBatch([SOQL])).rejects.toThrow('nested more than 100 levels deep');
    expect(peer.calls).toHaveLength(2);
  });
});
