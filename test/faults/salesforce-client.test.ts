import { describe, expect, test, vi } from 'vitest';
import { RetryableError, StopRequested, UserError } from '../../src/lib/errors.ts';
import {
  LocatorLost,
  MalformedQuery,
  SalesforceError,
} from '../../src/vendors/salesforce/errors.ts';
import { withRetries } from '../../src/vendors/salesforce/retry.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type { PeerReply } from '../support/peer.ts';
import {
  collect,
  compositeAnswer,
  createTestClient,
  errorAnswer,
  HTML_PAGE,
  queryAnswer,
  type SalesforceHandlers,
  salesforceConfig,
  startSalesforce,
  tokenAnswer,
} from '../support/salesforce-peer.ts';

const NEXT = '/services/data/v62.0/query/01gxx-1';
const SOQL = 'SELECT Id FROM A';
const ROWS = queryAnswer([{ Id: 'a' }]);
const expired = (reply: PeerReply) => reply.answer(401, errorAnswer('INVALID_SESSION_ID'));

/** Does the first thing once, then the next, and the last one for ever. */
function inTurn(...steps: ((reply: PeerReply) => void)[]): SalesforceHandlers['call'] {
  let count = 0;
  return (_request, reply) => {
    const step = steps[Math.min(count, steps.length - 1)];
    count += 1;
    step?.(reply);
  };
}

describe('trouble that passes', () => {
  test.each<[string, (reply: PeerReply) => void]>([
    ['a cut body', (reply) => reply.cut('{"records":[', 10_000)],
    ['a reset connection', (reply) => reply.reset()],
    ['a server error', (reply) => reply.answer(503, errorAnswer('SERVER_UNAVAILABLE'))],
    [
      'a maintenance page',
      (reply) => reply.answer(503, HTML_PAGE, { 'content-type': 'text/html' }),
    ],
    ['a web page with a good status', (reply) => reply.answer(200, HTML_PAGE)],
    [
      'half a JSON that ends as if whole',
      (reply) => reply.answer(200, '{"totalSize":1,"do', { 'content-type': 'application/json' }),
    ],
    ['JSON of another kind', (reply) => reply.answer(200, { hello: 'world' })],
    ['an empty answer', (reply) => reply.answer(204)],
    [
      'fewer rows than announced and no way to the others',
      (reply) => reply.answer(200, { totalSize: 2, done: true, records: [{ Id: 'a' }] }),
    ],
    [
      'more to come and no way to it',
      (reply) => reply.answer(200, { totalSize: 2, done: false, records: [{ Id: 'a' }] }),
    ],
    [
      'too many long requests',
      (reply) =>
        reply.answer(
          403,
          errorAnswer('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded'),
        ),
    ],
  ])('%s is tried again, and the rows come', async (_what, trouble) => {
    await using peer = await startSalesforce({
      call: inTurn(trouble, trouble, (reply) => reply.answer(200, ROWS)),
    });
    const { client, clock, billed } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL))).toEqual([[{ Id: 'a' }]]);
    expect(clock.sleptMs).toEqual([500, 1_000]);
    expect(billed()).toBe(3);
  });

  test('ends after five tries when it does not pass', async () => {
    await using peer = await startSalesforce({ call: inTurn((reply) => reply.answer(502)) });
    const { client, clock } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow(RetryableError);
    expect(peer.calls).toHaveLength(5);
    expect(clock.sleptMs).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test('waits at least as long as it is told, and not for longer than five minutes', async () => {
    let seconds = '90';
    await using peer = await startSalesforce({
      call: (_request, reply) => reply.answer(503, '', { 'retry-after': seconds }),
    });
    const { client, clock } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow(RetryableError);
    expect(clock.sleptMs).toEqual([90_000, 90_000, 90_000, 90_000]);
    seconds = '301';
    await expect(collect(client.queryPages(SOQL))).rejects.toMatchObject({ retryAfterMs: 301_000 });
    expect(peer.calls).toHaveLength(6);
  });

  test('at the login is tried again too', async () => {
    let tries = 0;
    await using peer = await startSalesforce({
      login: (_request, reply) => {
        tries += 1;
        if (tries === 1) reply.cut('{"access', 500);
        else if (tries === 2) reply.answer(503, HTML_PAGE);
        else reply.answer(200, tokenAnswer(peer.origin, 'access-1'));
      },
      call: inTurn((reply) => reply.answer(200, ROWS)),
    });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL))).toEqual([[{ Id: 'a' }]]);
    expect(tries).toBe(3);
    expect(billed()).toBe(1);
  });

  test('a stop ends the request under way, with the reason of the stop', async () => {
    let stopNow = (): void => {};
    await using peer = await startSalesforce({ call: () => stopNow() });
    const { client, stop, clock } = createTestClient(salesforceConfig(peer.origin));
    stopNow = () => stop.abort(new StopRequested());
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow(StopRequested);
    expect(clock.sleptMs).toEqual([]);
  });

  test('a stop ends the wait between two tries', async () => {
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

  test('a stop of one query ends that query only', async () => {
    const stopQuery = new AbortController();
    let hang = true;
    await using peer = await startSalesforce({
      call: (_request, reply) => {
        if (hang) stopQuery.abort(new Error('not wanted any more'));
        else reply.answer(200, ROWS);
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL, { signal: stopQuery.signal }))).rejects.toThrow(
      'not wanted any more',
    );
    hang = false;
    expect(await collect(client.queryPages(SOQL))).toEqual([[{ Id: 'a' }]]);
  });
});

describe('a session that ends', () => {
  test('is opened again once, and the request repeated with the new token', async () => {
    await using peer = await startSalesforce({
      call: inTurn(expired, (reply) => reply.answer(200, ROWS)),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL))).toEqual([[{ Id: 'a' }]]);
    expect(peer.calls.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-1',
      'Bearer access-2',
    ]);
  });

  test('and is refused again after a new login ends with what to do, not in a loop', async () => {
    await using peer = await startSalesforce({ call: inTurn(expired) });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    const error = await collect(client.queryPages(SOQL)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ hint: expect.stringContaining('api') });
    expect(peer.calls).toHaveLength(2);
    expect(peer.logins).toHaveLength(2);
  });

  test('for many requests at once is opened again once', async () => {
    await using peer = await startSalesforce({
      call: ({ headers }, reply) =>
        headers.authorization === 'Bearer access-1' ? expired(reply) : reply.answer(200, ROWS),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await Promise.all(Array.from({ length: 8 }, () => collect(client.queryPages(SOQL))));
    expect(peer.logins).toHaveLength(2);
  });

  test('where the new login fails rejects with that failure, and never hangs', async () => {
    let logins = 0;
    await using peer = await startSalesforce({
      login: (_request, reply) => {
        logins += 1;
        if (logins === 1) reply.answer(200, tokenAnswer(peer.origin, 'access-1'));
        else reply.answer(400, { error: 'inactive_user', error_description: 'user is inactive' });
      },
      call: inTurn(expired),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toMatchObject({
      code: 'inactive_user',
      hint: expect.stringContaining('Activate'),
    });
  });

  test('because the org moved is repeated at the new instance, and later pages too', async () => {
    await using moved = await startSalesforce({
      call: ({ url }, reply) =>
        reply.answer(
          200,
          url === NEXT ? ROWS : queryAnswer([{ Id: 'b' }], { path: NEXT, total: 2 }),
        ),
    });
    let logins = 0;
    await using peer = await startSalesforce({
      login: (_request, reply) => {
        logins += 1;
        reply.answer(
          200,
          tokenAnswer(logins === 1 ? peer.origin : moved.origin, `access-${logins}`),
        );
      },
      call: inTurn(expired),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await collect(client.queryPages(SOQL))).toEqual([[{ Id: 'b' }], [{ Id: 'a' }]]);
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
      errorAnswer('MALFORMED_QUERY'),
      MalformedQuery,
    ],
    ['of an unknown object', 400, errorAnswer('INVALID_TYPE'), SalesforceError],
    ['for the calls of the day', 403, errorAnswer('REQUEST_LIMIT_EXCEEDED'), SalesforceError],
    ['by a web page', 404, HTML_PAGE, SalesforceError],
    ['because the locator is gone', 404, errorAnswer('INVALID_QUERY_LOCATOR'), LocatorLost],
  ])('%s is not tried again', async (_what, status, body, type) => {
    await using peer = await startSalesforce({
      call: inTurn((reply) => reply.answer(status, body as object | string)),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow(type);
    expect(peer.calls).toHaveLength(1);
  });

  test('to redirect is never followed', async () => {
    await using other = await startSalesforce({ call: inTurn((reply) => reply.answer(200, ROWS)) });
    await using peer = await startSalesforce({
      call: inTurn((reply) => reply.answer(302, '', { location: other.origin })),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow('redirect');
    expect(other.requests).toHaveLength(0);
  });

  test.each([
    ['at another host', 'https://evil.example/services/data/v62.0/query/1'],
    ['at a path of another kind', '//evil.example/services/data/'],
  ])('to name a next page %s: it is not asked for', async (_what, path) => {
    await using peer = await startSalesforce({
      call: inTurn((reply) => reply.answer(200, queryAnswer([{ Id: 'a' }], { path, total: 2 }))),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow(RetryableError);
  });

  test('to move on: a page that leads to itself ends the query', async () => {
    await using peer = await startSalesforce({
      call: inTurn((reply) =>
        reply.answer(200, queryAnswer([{ Id: 'a' }], { path: NEXT, total: 9 })),
      ),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(collect(client.queryPages(SOQL))).rejects.toThrow(LocatorLost);
    expect(peer.calls).toHaveLength(2);
  });
});

describe('a batch of queries never takes a failure for "no rows"', () => {
  const whole = compositeAnswer([ROWS, ROWS]).compositeResponse;
  const [first, second] = whole;

  test.each([
    ['a missing sub-answer', { compositeResponse: [first] }],
    ['one too many', { compositeResponse: [...whole, first] }],
    ['one that nobody asked for', { compositeResponse: [first, { ...second, referenceId: 'x' }] }],
    ['one given twice', { compositeResponse: [first, first] }],
    ['a sub-answer without rows', compositeAnswer([ROWS, {}])],
    ['a sub-answer that lacks rows', compositeAnswer([ROWS, { ...ROWS, records: [] }])],
    ['a sub-answer with a lock', compositeAnswer([ROWS, errorAnswer('UNABLE_TO_LOCK_ROW')])],
    ['no composite at all', ROWS],
  ])('%s is tried again, then fails', async (_what, trouble) => {
    await using peer = await startSalesforce({
      call: inTurn(
        (reply) => reply.answer(200, trouble),
        (reply) => reply.answer(200, compositeAnswer([ROWS, ROWS])),
        (reply) => reply.answer(200, trouble),
      ),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch(['q1', 'q2'])).toEqual([[{ Id: 'a' }], [{ Id: 'a' }]]);
    await expect(client.queryBatch(['q1', 'q2'])).rejects.toThrow(RetryableError);
    expect(peer.calls).toHaveLength(2 + 5);
  });

  test('a sub-answer that is refused fails the whole at once', async () => {
    await using peer = await startSalesforce({
      call: inTurn((reply) =>
        reply.answer(200, compositeAnswer([ROWS, errorAnswer('INVALID_FIELD')])),
      ),
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(client.queryBatch(['q1', 'q2'])).rejects.toMatchObject({ code: 'INVALID_FIELD' });
    expect(peer.calls).toHaveLength(1);
  });

  test('a lost locator asks the queries again, and gives up in the end', async () => {
    let lost = 0;
    let losses = 2;
    await using peer = await startSalesforce({
      call: ({ url }, reply) => {
        if (url !== NEXT) {
          const paged = queryAnswer([{ Id: 'a' }], { path: NEXT, total: 2 });
          reply.answer(200, compositeAnswer([paged]));
        } else if (lost < losses) {
          lost += 1;
          reply.answer(400, errorAnswer('INVALID_QUERY_LOCATOR'));
        } else reply.answer(200, queryAnswer([{ Id: 'b' }]));
      },
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    expect(await client.queryBatch(['q'])).toEqual([[{ Id: 'a' }, { Id: 'b' }]]);
    losses = Number.POSITIVE_INFINITY;
    await expect(client.queryBatch(['q'])).rejects.toThrow(RetryableError);
    expect(lost).toBe(2 + 4);
  });
});
