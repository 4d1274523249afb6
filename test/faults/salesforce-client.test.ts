import { describe, expect, test, vi } from 'vitest';
import { RetryableError, StopRequested, UserError } from '../../src/lib/errors.ts';
import { withRetries } from '../../src/vendors/http/retry.ts';
import {
  LocatorLost,
  MalformedQuery,
  SalesforceError,
} from '../../src/vendors/salesforce/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type { PeerReply } from '../support/peer.ts';
import {
  asSent,
  collect,
  compositeBody,
  createTestClient,
  errorBody,
  HTML_PAGE,
  queryBody,
  type SalesforceHandlers,
  salesforceConfig,
  startSalesforce,
  tokenBody,
} from '../support/salesforce-peer.ts';

const NEXT = '/services/data/v62.0/query/01gxx-1';
const SOQL = 'SELECT Id FROM A';
const ROWS = queryBody([{ Id: 'a' }]);
const expired = (reply: PeerReply) => reply.respond(401, errorBody('INVALID_SESSION_ID'));

/** Executes one step per call, and the last one for every further call. */
function steps(...all: ((reply: PeerReply) => void)[]): SalesforceHandlers['call'] {
  let count = 0;
  return (_request, reply) => {
    const step = all[Math.min(count, all.length - 1)];
    count += 1;
    step?.(reply);
  };
}

describe('a temporary failure', () => {
  test.each<[string, (reply: PeerReply) => void]>([
    ['a truncated body', (reply) => reply.truncate('{"records":[', 10_000)],
    ['a connection that breaks in the head', (reply) => reply.raw('HTTP/1.1 2')],
    ['a server error', (reply) => reply.respond(503, errorBody('SERVER_UNAVAILABLE'))],
    [
      'a maintenance page',
      (reply) => reply.respond(503, HTML_PAGE, { 'content-type': 'text/html' }),
    ],
    ['a web page with status 200', (reply) => reply.respond(200, HTML_PAGE)],
    [
      'half of the JSON in a complete response',
      (reply) => reply.respond(200, '{"totalSize":1,"do', { 'content-type': 'application/json' }),
    ],
    ['JSON of another kind', (reply) => reply.respond(200, { hello: 'world' })],
    ['an empty response', (reply) => reply.respond(204)],
    [
      'fewer rows than announced and no link to the others',
      (reply) => reply.respond(200, { totalSize: 2, done: true, records: [{ Id: 'a' }] }),
    ],
    [
      'more rows announced and no link to them',
      (reply) => reply.respond(200, { totalSize: 2, done: false, records: [{ Id: 'a' }] }),
    ],
    [
      'too many long requests',
      (reply) =>
        reply.respond(
          403,
          errorBody('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded'),
        ),
    ],
  ])('is retried, and the rows arrive: %s', async (_what, fail) => {
    await using peer = await startSalesforce({
      call: steps(fail, fail, (reply) => reply.respond(200, ROWS)),
    });
    const { client, clock, billed } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL, asSent))).toEqual([[{ Id: 'a' }]]);
    expect(clock.sleptMs).toEqual([500, 1_000]);
    expect(billed()).toBe(3);
  });

  test('fails after five attempts if it persists', async () => {
    await using peer = await startSalesforce({ call: steps((reply) => reply.respond(502)) });
    const { client, clock } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(RetryableError);
    expect(peer.calls).toHaveLength(5);
    expect(clock.sleptMs).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test('waits at least the requested time, up to five minutes', async () => {
    let seconds = '90';
    await using peer = await startSalesforce({
      call: (_request, reply) => reply.respond(503, '', { 'retry-after': seconds }),
    });
    const { client, clock } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(RetryableError);
    expect(clock.sleptMs).toEqual([90_000, 90_000, 90_000, 90_000]);
    seconds = '301';
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toMatchObject({
      retryAfterMs: 301_000,
    });
    expect(peer.calls).toHaveLength(6);
  });

  test('of the login is retried too', async () => {
    let attempts = 0;
    await using peer = await startSalesforce({
      login: (_request, reply) => {
        attempts += 1;
        if (attempts === 1) reply.truncate('{"access', 500);
        else if (attempts === 2) reply.respond(503, HTML_PAGE);
        else reply.respond(200, tokenBody(peer.origin, 'access-1'));
      },
      call: steps((reply) => reply.respond(200, ROWS)),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL, asSent))).toEqual([[{ Id: 'a' }]]);
    expect(attempts).toBe(3);
    expect(billed()).toBe(1);
  });

  test('a stop aborts the running request with its own reason', async () => {
    let stopNow = (): void => {};
    await using peer = await startSalesforce({ call: () => stopNow() });
    const { client, stop, clock } = createTestClient(salesforceConfig(peer.origin));
    stopNow = () => stop.abort(new StopRequested());
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(StopRequested);
    expect(clock.sleptMs).toEqual([]);
  });

  test('a stop interrupts the delay between two attempts', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const failing = async () => {
      throw new RetryableError('busy');
    };
    const done = withRetries(failing, { clock, random: () => 1, signal: stop.signal });
    await vi.waitUntil(() => clock.sleepers === 1);
    stop.abort(new StopRequested());
    await expect(done).rejects.toThrow(StopRequested);
  });

  test('a stop of one query aborts only that query', async () => {
    const stopQuery = new AbortController();
    let hang = true;
    await using peer = await startSalesforce({
      call: (_request, reply) => {
        if (hang) stopQuery.abort(new Error('no longer needed'));
        else reply.respond(200, ROWS);
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(
      collect(client.queryPages(SOQL, asSent, { signal: stopQuery.signal })),
    ).rejects.toThrow('no longer needed');
    hang = false;
    expect(await collect(client.queryPages(SOQL, asSent))).toEqual([[{ Id: 'a' }]]);
  });
});

describe('an expired session', () => {
  test('is renewed once, and the request is repeated with the new token', async () => {
    await using peer = await startSalesforce({
      call: steps(expired, (reply) => reply.respond(200, ROWS)),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL, asSent))).toEqual([[{ Id: 'a' }]]);
    expect(peer.calls.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-1',
      'Bearer access-2',
    ]);
  });

  test('that is refused again after a new login fails with a hint, not in a loop', async () => {
    await using peer = await startSalesforce({ call: steps(expired) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    const error = await collect(client.queryPages(SOQL, asSent)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ hint: expect.stringContaining('api') });
    expect(peer.calls).toHaveLength(2);
    expect(peer.logins).toHaveLength(2);
  });

  test('of an org that has moved is renewed once, then its address is the problem', async () => {
    const moved = (reply: PeerReply) =>
      reply.respond(
        400,
        errorBody(
          'URL_NOT_RESET',
          'Destination URL not reset. The URL returned from login must be set',
        ),
      );
    await using once = await startSalesforce({
      call: steps(moved, (reply) => reply.respond(200, ROWS)),
    });
    const { client } = createTestClient(salesforceConfig(once.origin));
    expect(await collect(client.queryPages(SOQL, asSent))).toEqual([[{ Id: 'a' }]]);
    expect(once.logins).toHaveLength(2);
    await using always = await startSalesforce({ call: steps(moved) });
    const { client: other } = createTestClient(salesforceConfig(always.origin));
    await expect(collect(other.queryPages(SOQL, asSent))).rejects.toMatchObject({
      hint: expect.stringContaining('My Domain'),
    });
    expect(always.logins).toHaveLength(2);
  });

  test('of many parallel requests is renewed once', async () => {
    await using peer = await startSalesforce({
      call: ({ headers }, reply) =>
        headers.authorization === 'Bearer access-1' ? expired(reply) : reply.respond(200, ROWS),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await Promise.all(Array.from({ length: 8 }, () => collect(client.queryPages(SOQL, asSent))));
    expect(peer.logins).toHaveLength(2);
  });

  test('rejects with the failure of the new login, and never hangs', async () => {
    let logins = 0;
    await using peer = await startSalesforce({
      login: (_request, reply) => {
        logins += 1;
        if (logins === 1) reply.respond(200, tokenBody(peer.origin, 'access-1'));
        else reply.respond(400, { error: 'inactive_user', error_description: 'user is inactive' });
      },
      call: steps(expired),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toMatchObject({
      code: 'inactive_user',
      hint: expect.stringContaining('Activate'),
    });
  });

  test('of an org that moved is continued at the new instance, later pages too', async () => {
    await using moved = await startSalesforce({
      call: ({ url }, reply) =>
        reply.respond(
          200,
          url === NEXT ? ROWS : queryBody([{ Id: 'b' }], { path: NEXT, total: 2 }),
        ),
    });
    let logins = 0;
    await using peer = await startSalesforce({
      login: (_request, reply) => {
        logins += 1;
        reply.respond(
          200,
          tokenBody(logins === 1 ? peer.origin : moved.origin, `access-${logins}`),
        );
      },
      call: steps(expired),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL, asSent))).toEqual([[{ Id: 'b' }], [{ Id: 'a' }]]);
    expect(peer.calls).toHaveLength(1);
    expect(moved.calls).toHaveLength(2);
    expect(await client.instanceUrl()).toBe(moved.origin);
  });
});

describe('a refusal', () => {
  test.each<[string, number, unknown, new (...parts: never[]) => Error]>([
    [
      'of a query that cannot be parsed is our bug',
      400,
      errorBody('MALFORMED_QUERY'),
      MalformedQuery,
    ],
    ['of an unknown object', 400, errorBody('INVALID_TYPE'), SalesforceError],
    ['because of the daily limit', 403, errorBody('REQUEST_LIMIT_EXCEEDED'), SalesforceError],
    ['by a web page', 404, HTML_PAGE, SalesforceError],
    ['because the locator is gone', 404, errorBody('INVALID_QUERY_LOCATOR'), LocatorLost],
  ])('%s is not retried', async (_what, status, body, type) => {
    await using peer = await startSalesforce({
      call: steps((reply) => reply.respond(status, body as object | string)),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(type);
    expect(peer.calls).toHaveLength(1);
  });

  test('by redirect is never followed', async () => {
    await using other = await startSalesforce({
      call: steps((reply) => reply.respond(200, ROWS)),
    });
    await using peer = await startSalesforce({
      call: steps((reply) => reply.respond(302, '', { location: other.origin })),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow('redirect');
    expect(other.requests).toHaveLength(0);
  });

  test.each([
    ['at another host', 'https://evil.example/services/data/v62.0/query/1'],
    ['at a path of another kind', '//evil.example/services/data/'],
  ])('to link a next page %s is not requested', async (_what, path) => {
    await using peer = await startSalesforce({
      call: steps((reply) => reply.respond(200, queryBody([{ Id: 'a' }], { path, total: 2 }))),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(RetryableError);
  });

  test('to make progress (a page that links to itself) fails the query', async () => {
    await using peer = await startSalesforce({
      call: steps((reply) =>
        reply.respond(200, queryBody([{ Id: 'a' }], { path: NEXT, total: 9 })),
      ),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, asSent))).rejects.toThrow(LocatorLost);
    expect(peer.calls).toHaveLength(2);
  });
});

describe('a batch of queries never takes a failure for "no rows"', () => {
  const complete = compositeBody([ROWS, ROWS]).compositeResponse;
  const [first, second] = complete;

  test.each([
    ['a missing sub-response', { compositeResponse: [first] }],
    ['one too many', { compositeResponse: [...complete, first] }],
    ['one that was not requested', { compositeResponse: [first, { ...second, referenceId: 'x' }] }],
    ['a duplicated one', { compositeResponse: [first, first] }],
    ['a sub-response without rows', compositeBody([ROWS, {}])],
    ['a sub-response with missing rows', compositeBody([ROWS, { ...ROWS, records: [] }])],
    ['a sub-response with a lock', compositeBody([ROWS, errorBody('UNABLE_TO_LOCK_ROW')])],
    ['a body that is not a composite', ROWS],
  ])('%s is retried, then fails', async (_what, body) => {
    await using peer = await startSalesforce({
      call: steps(
        (reply) => reply.respond(200, body),
        (reply) => reply.respond(200, compositeBody([ROWS, ROWS])),
        (reply) => reply.respond(200, body),
      ),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch(['q1', 'q2'])).toEqual([[{ Id: 'a' }], [{ Id: 'a' }]]);
    await expect(client.queryBatch(['q1', 'q2'])).rejects.toThrow(RetryableError);
    expect(peer.calls).toHaveLength(2 + 5);
  });

  test('a refused sub-response fails the batch immediately', async () => {
    await using peer = await startSalesforce({
      call: steps((reply) => reply.respond(200, compositeBody([ROWS, errorBody('INVALID_FIELD')]))),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(client.queryBatch(['q1', 'q2'])).rejects.toMatchObject({ code: 'INVALID_FIELD' });
    expect(peer.calls).toHaveLength(1);
  });

  test('a lost locator repeats the queries, and finally fails', async () => {
    let lost = 0;
    let losses = 2;
    await using peer = await startSalesforce({
      call: ({ url }, reply) => {
        if (url !== NEXT) {
          const paged = queryBody([{ Id: 'a' }], { path: NEXT, total: 2 });
          reply.respond(200, compositeBody([paged]));
        } else if (lost < losses) {
          lost += 1;
          reply.respond(400, errorBody('INVALID_QUERY_LOCATOR'));
        } else reply.respond(200, queryBody([{ Id: 'b' }]));
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch(['q'])).toEqual([[{ Id: 'a' }, { Id: 'b' }]]);
    losses = Number.POSITIVE_INFINITY;
    await expect(client.queryBatch(['q'])).rejects.toThrow(RetryableError);
    expect(lost).toBe(2 + 4);
  });
});
