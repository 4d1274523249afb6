import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/lib/errors.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../src/vendors/google/errors.ts';
import { HTTP_LIMITS } from '../../src/vendors/http/limits.ts';
import {
  apiError,
  callOf,
  createTestGoogleClient,
  fails,
  HTML_PAGE,
  type Responder,
  rpcError,
  startGoogle,
  startWith,
} from '../support/google-peer.ts';
import type { PeerReply } from '../support/peer.ts';
import { collect } from '../support/salesforce-peer.ts';

const ANNA = 'anna@acme.com';
const GOOD = { startPageToken: '7' };
const ACTIVITIES = { eventName: 'change_user_access', startTime: 0, endTime: 1 };

const temporary: readonly (readonly [string, Responder])[] = [
  ['a 500', fails(500, apiError(500, 'backendError'))],
  ['a 503 with a page', fails(503, HTML_PAGE)],
  ['a connection that breaks in the head', (reply) => reply.raw('HTTP/1.1 2')],
  ['a truncated body', (reply) => reply.truncate('{"startPage', 5_000)],
  ['half of the JSON', fails(200, '{"startPageTo')],
  ['a web page with 200', fails(200, HTML_PAGE)],
  ['JSON of something else', fails(200, { hello: 'world' })],
  ['a response that is not HTTP', (reply) => reply.raw('SSH-2.0-OpenSSH_9.6\r\n')],
];

describe('a temporary failure', () => {
  it.each(temporary)('is retried: %s', async (_what, respond) => {
    await using google = await startWith(respond, respond);
    const { client, clock, counted } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(google.calls).toHaveLength(3);
    expect(counted()).toBe(3);
    // Half of the longest delay, which doubles: full jitter with a random value of 0.5.
    expect(clock.sleptMs).toEqual([500, 1_000]);
  });

  it('fails after five attempts', async () => {
    await using google = await startWith(...Array.from({ length: 9 }, () => fails(500)));
    const { client, clock } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow(RetryableError);
    expect(google.calls).toHaveLength(5);
    expect(clock.sleptMs).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it.each([
    ['in seconds', '20'],
    ['as a date', 'Sun, 01 Nov 2026 00:00:20 GMT'],
  ])('waits at least as long as Google requests: %s', async (_form, header) => {
    const date = 'Sun, 01 Nov 2026 00:00:00 GMT';
    await using google = await startWith(fails(503, '', { date, 'retry-after': header }));
    const { client, clock } = createTestGoogleClient(google.origin);
    await client.startPageToken(ANNA);
    expect(clock.sleptMs).toEqual([20_000]);
  });

  it('fails immediately if Google requests a longer wait than a run should take', async () => {
    await using google = await startWith(fails(503, '', { 'retry-after': '301' }));
    const { client, clock } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.retryAfterMs).toBe(301_000);
    expect(clock.sleptMs).toEqual([]);
  });

  it('is a refused connection', async () => {
    const google = await startWith();
    await google.close();
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow(/connection to 127.*failed/);
  });

  it.each([
    ['no response', (_reply: PeerReply) => {}],
    [
      'only part of a body',
      (reply: PeerReply) => reply.raw('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{'),
    ],
  ])('is a connection that hangs with %s', async (_what, respond) => {
    await using google = await startWith(respond);
    const { client } = createTestGoogleClient(google.origin, { responseMsMax: 300 });
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(google.calls).toHaveLength(2);
  });
});

describe('a 401', () => {
  const expired = fails(401, apiError(401, 'authError', { message: 'Invalid Credentials' }));

  it('renews the token once and repeats the call', async () => {
    await using google = await startWith(expired);
    const { client, clock } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(google.calls.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-1',
      'Bearer access-2',
    ]);
    expect(clock.sleptMs).toEqual([]);
  });

  it('after a renewal is a refusal', async () => {
    await using google = await startWith(expired, expired, expired);
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toBeInstanceOf(GoogleError);
    expect(failure.concerns).toBe('subject');
    expect(google.calls).toHaveLength(2);
    expect(google.tokenRequests).toHaveLength(2);
  });

  it('to many parallel calls renews the token once', async () => {
    const calls = 8;
    await using google = await startGoogle({
      call: (request, reply) => {
        if (request.headers.authorization === 'Bearer access-1') expired(reply);
        else reply.respond(200, GOOD);
      },
    });
    const { client } = createTestGoogleClient(google.origin);
    await Promise.all(Array.from({ length: calls }, () => client.startPageToken(ANNA)));
    expect(google.tokenRequests).toHaveLength(2);
    expect(google.calls).toHaveLength(2 * calls);
  });

  it('of Reports for an administrator without the privilege renews nothing', async () => {
    const message = 'Access denied. You are not authorized to read activity records.';
    const denied = fails(401, apiError(401, 'authError', { message }));
    await using google = await startWith(denied, denied, denied);
    const { client } = createTestGoogleClient(google.origin);
    const failure = await collect(client.listActivities(ACTIVITIES)).catch((error) => error);
    expect(failure).toBeInstanceOf(GoogleError);
    expect(failure.hint).toContain('privilege "Reports"');
    expect(google.calls).toHaveLength(1);
    expect(google.tokenRequests).toHaveLength(1);
  });
});

describe('a lost page token', () => {
  const responders: readonly (readonly [string, Responder])[] = [
    ['400', fails(400, apiError(400, 'invalid', { location: 'pageToken' }))],
    ['403', fails(403, apiError(403, 'pageTokenExpired'))],
    ['404', fails(404, apiError(404, 'notFound'))],
    ['410', fails(410, apiError(410, 'gone'))],
  ];

  it.each(responders)('is recognized: %s', async (_status, respond) => {
    await using google = await startWith(respond);
    const { client } = createTestGoogleClient(google.origin);
    await expect(collect(client.listChanges(ANNA, 'old'))).rejects.toThrow(PageTokenLost);
    expect(google.calls).toHaveLength(1);
  });

  describe.each([400, 404, 410, 413, 414, 431])('in a web page with %i', (status) => {
    const page = fails(status, HTML_PAGE);

    it('is not recognized the first time: the request is repeated', async () => {
      const end = fails(200, { changes: [], newStartPageToken: 'new' });
      await using google = await startWith(page, end);
      const { client } = createTestGoogleClient(google.origin);
      expect(await collect(client.listChanges(ANNA, 'old'))).toMatchObject([
        { newStartPageToken: 'new' },
      ]);
      expect(google.calls.map((call) => callOf(call).query['pageToken'])).toEqual(['old', 'old']);
    });

    it('is recognized the second time', async () => {
      await using google = await startWith(page, fails(503), page);
      const { client } = createTestGoogleClient(google.origin);
      await expect(collect(client.listChanges(ANNA, 'old'))).rejects.toThrow(PageTokenLost);
      expect(google.calls).toHaveLength(3);
    });
  });

  it('is recognized in a list of files too', async () => {
    await using google = await startWith(
      fails(400, apiError(400, 'invalid', { location: 'pageToken' })),
    );
    const { client } = createTestGoogleClient(google.origin);
    await expect(collect(client.listOwnedFiles(ANNA, 'old'))).rejects.toThrow(PageTokenLost);
  });

  it('is not a deleted shared drive', async () => {
    const gone = { message: 'Shared drive not found: d1', location: 'driveId' };
    await using google = await startWith(fails(404, apiError(404, 'notFound', gone)));
    const { client } = createTestGoogleClient(google.origin);
    await expect(collect(client.listChanges(ANNA, 'old', 'd1'))).rejects.toThrow(NotFound);
  });
});

describe('a deleted file', () => {
  const gone = fails(404, apiError(404, 'notFound', { location: 'fileId' }));

  it('is undefined', async () => {
    await using google = await startWith(gone);
    const { client } = createTestGoogleClient(google.origin);
    expect(await client.getFile(ANNA, 'f1')).toBeUndefined();
  });

  it('has no permissions to list', async () => {
    await using google = await startWith(gone);
    const { client } = createTestGoogleClient(google.origin);
    await expect(collect(client.listPermissions(ANNA, 'f1'))).rejects.toThrow(NotFound);
  });

  it('is not a web page with 404, which is an error', async () => {
    await using google = await startWith(fails(404, HTML_PAGE));
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.getFile(ANNA, 'f1')).rejects.toThrow(GoogleError);
  });
});

describe('another file than the requested one', () => {
  const other = { id: 'f2', mimeType: 'text/plain', createdTime: '2026-01-01T00:00:00Z' };

  it('is an error that names the file, after five attempts', async () => {
    const responders = Array.from({ length: 5 }, () => (reply: PeerReply) => {
      reply.respond(200, other);
    });
    await using google = await startWith(...responders);
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.getFile(ANNA, 'f1')).rejects.toThrow('another file than f1');
    expect(google.calls).toHaveLength(5);
  });
});

describe('a success', () => {
  it('can be compressed', async () => {
    const body = gzipSync(JSON.stringify(GOOD));
    const head = `content-encoding: gzip\r\ncontent-length: ${body.length}\r\n`;
    const response = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n`), body]);
    await using google = await startWith((reply) => reply.raw(response));
    const { client } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(google.calls).toHaveLength(1);
    expect(google.calls[0]?.headers).toMatchObject({
      'accept-encoding': expect.stringContaining('gzip'),
      'user-agent': expect.stringContaining('gzip'),
    });
  });
});

describe('an oversized response', () => {
  it('is refused without a retry', async () => {
    await using google = await startWith(fails(200, ' '.repeat(HTTP_LIMITS.bodyBytesMax + 1)));
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow('more than 24 MB');
    expect(google.calls).toHaveLength(1);
  });
});

describe('a redirect', () => {
  it('is not followed: the token would be sent along', async () => {
    await using elsewhere = await startGoogle();
    await using google = await startWith(
      fails(302, '', { location: `${elsewhere.origin}/drive/v3/changes/startPageToken` }),
    );
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toBeInstanceOf(GoogleError);
    expect(failure.message).toContain('redirect (302)');
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('of the sign-in is not followed either', async () => {
    await using elsewhere = await startGoogle();
    await using google = await startGoogle({
      token: (_request, reply) => reply.respond(307, '', { location: `${elsewhere.origin}/token` }),
    });
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow('redirect (307)');
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe('a stop', () => {
  it('aborts a hanging call with its own reason', async () => {
    const reason = new Error('asked to stop');
    let stop: AbortController | undefined;
    await using google = await startGoogle({ call: () => stop?.abort(reason) });
    const rig = createTestGoogleClient(google.origin);
    stop = rig.stop;
    await expect(rig.client.startPageToken(ANNA)).rejects.toBe(reason);
    expect(rig.counted()).toBe(1);
  });

  it('interrupts the delay between two attempts', async () => {
    const reason = new Error('asked to stop');
    await using google = await startWith(fails(500));
    const rig = createTestGoogleClient(google.origin);
    const sleep = rig.clock.sleep.bind(rig.clock);
    rig.clock.sleep = (ms, signal) => {
      rig.stop.abort(reason);
      return sleep(ms, signal);
    };
    await expect(rig.client.startPageToken(ANNA)).rejects.toBe(reason);
    expect(google.calls).toHaveLength(1);
  });

  it('can have any value as its reason', async () => {
    let stop: AbortController | undefined;
    await using google = await startGoogle({ call: () => stop?.abort('a plain string') });
    const rig = createTestGoogleClient(google.origin);
    stop = rig.stop;
    await expect(rig.client.startPageToken(ANNA)).rejects.toBe('a plain string');
  });

  it('prevents every later request', async () => {
    await using google = await startWith();
    const { client, stop, counted } = createTestGoogleClient(google.origin);
    stop.abort(new Error('asked to stop'));
    await expect(client.startPageToken(ANNA)).rejects.toThrow('asked to stop');
    expect(google.requests).toHaveLength(0);
    expect(counted()).toBe(0);
  });
});

describe('an access token', () => {
  it('is in no message, even if Google quotes it', async () => {
    const token = 'ya29.very-secret-access-token';
    await using google = await startGoogle({
      token: (_request, reply) => reply.respond(200, { access_token: token }),
      call: (_request, reply) =>
        reply.respond(403, rpcError('PERMISSION_DENIED', `token ${token} may not`)),
    });
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure.message).toContain('token ••• may not');
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(token);
    expect(failure.cause).toBeUndefined();
  });
});

describe('JSON that is nested without end', () => {
  it.each(['[', '{"files":'])('is one failure, without a retry: %s', async (opening) => {
    await using google = await startWith(fails(200, opening.repeat(100_000)));
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow('nested more than 100 levels deep');
    expect(google.calls).toHaveLength(1);
  });

  it('does not hide the status of an error', async () => {
    await using google = await startWith(fails(503, '['.repeat(100_000)));
    const { client } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
  });
});
