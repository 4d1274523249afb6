import { describe, expect, it } from 'vitest';
import { GoogleError } from '../../src/vendors/google/errors.ts';
import {
  assertionIn,
  createTestGoogleClient,
  HTML_PAGE,
  oneUser,
  startGoogle,
  tokenBody,
} from '../support/google-peer.ts';
import type { PeerReply, PeerRequest } from '../support/peer.ts';

const ANNA = 'anna@acme.com';
const BEN = 'ben@acme.com';
const BAD_TIMES = {
  error: 'invalid_grant',
  error_description:
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
    'Check your iat and exp values in the JWT claim.',
};
const UNAUTHORIZED = {
  error: 'unauthorized_client',
  error_description: 'Client is unauthorized to retrieve access tokens using this method.',
};
const MINUTE_MS = 60_000;

const succeed = (_request: PeerRequest, reply: PeerReply) =>
  reply.respond(200, { startPageToken: '7' });

/** A Google that refuses the sign-in of one subject. */
function startRefusing(refused: string, body: object, status = 400) {
  return startGoogle({
    call: succeed,
    token: (request, reply) => {
      if (assertionIn(request).claims['sub'] === refused) reply.respond(status, body);
      else reply.respond(200, tokenBody('access-good'));
    },
  });
}

describe('a failed sign-in', () => {
  it.each([
    ['a web page', (reply: PeerReply) => reply.respond(502, HTML_PAGE)],
    ['a truncated response', (reply: PeerReply) => reply.truncate('{"access_tok', 500)],
    ['a response without a token', (reply: PeerReply) => reply.respond(200, { hello: 'world' })],
    [
      'a token that no header can contain',
      (reply: PeerReply) => reply.respond(200, { access_token: 'token \u200b' }),
    ],
    ['a reset', (reply: PeerReply) => reply.reset()],
    [
      'an internal failure',
      (reply: PeerReply) => reply.respond(500, { error: 'internal_failure' }),
    ],
  ])('is retried after %s', async (_what, fail) => {
    let attempts = 0;
    await using google = await startGoogle({
      call: succeed,
      token: (_request, reply) => {
        attempts += 1;
        if (attempts < 3) fail(reply);
        else reply.respond(200, tokenBody('access-good'));
      },
    });
    const { client, clock, counted } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(clock.sleptMs).toEqual([500, 1_000]);
    expect(counted()).toBe(1);
  });

  it('of a suspended user concerns only that user', async () => {
    const disabled = { error: 'invalid_grant', error_description: 'Account disabled' };
    await using google = await startRefusing(ANNA, disabled);
    const { client } = createTestGoogleClient(google.origin);
    const [anna, ben] = await Promise.allSettled(
      [ANNA, BEN].map((user) => client.startPageToken(user)),
    );
    expect(anna).toMatchObject({
      status: 'rejected',
      reason: { name: 'GoogleError', reason: 'invalid_grant', concerns: 'subject' },
    });
    expect(ben).toEqual({ status: 'fulfilled', value: '7' });
  });

  it('is not cached: the user may be activated in the meantime', async () => {
    let suspended = true;
    await using google = await startGoogle({
      call: succeed,
      token: (_request, reply) => {
        if (suspended) reply.respond(400, { error: 'invalid_grant' });
        else reply.respond(200, tokenBody('access-good'));
      },
    });
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow(GoogleError);
    suspended = false;
    expect(await client.startPageToken(ANNA)).toBe('7');
  });

  it('because of a missing scope names the scope and the client, and concerns everyone', async () => {
    await using google = await startRefusing(ANNA, UNAUTHORIZED, 401);
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure.concerns).toBe('everyone');
    expect(failure.hint).toContain('client 111222333444555666777');
    expect(failure.hint).toContain('https://www.googleapis.com/auth/drive.metadata.readonly');
    expect(google.tokenRequests).toHaveLength(1);
  });

  it('with the same text concerns one user if another got the same scope', async () => {
    await using google = await startRefusing(ANNA, UNAUTHORIZED, 401);
    const { client } = createTestGoogleClient(google.origin);
    await client.startPageToken(BEN);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure.concerns).toBe('subject');
  });

  it('with a revoked refresh token says to authorize again', async () => {
    await using google = await startGoogle({
      token: (_request, reply) => reply.respond(400, { error: 'invalid_grant' }),
    });
    const { client } = createTestGoogleClient(google.origin, { auth: oneUser() });
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toMatchObject({ reason: 'invalid_grant', concerns: 'everyone' });
    expect(failure.hint).toContain('authorize again');
  });
});

describe("a clock that is minutes away from Google's", () => {
  /** A Google with a clock `aheadMs` ahead, which accepts only assertions of its own minute. */
  function startAhead(nowMs: number, aheadMs: number) {
    return startGoogle({
      call: succeed,
      token: (request, reply) => {
        const issuedAt = Number(assertionIn(request).claims['iat']) * 1_000;
        const isNear = Math.abs(issuedAt - (nowMs + aheadMs)) < MINUTE_MS;
        const date = new Date(nowMs + aheadMs).toUTCString();
        if (isNear) reply.respond(200, tokenBody(`access-${issuedAt}`));
        else reply.respond(400, BAD_TIMES, { date });
      },
    });
  }

  it.each([
    ['behind', 17 * MINUTE_MS],
    ['ahead of', -17 * MINUTE_MS],
  ])('is %s it: sign-ins use the time that Google sent, with one warning', async (way, aheadMs) => {
    const probe = createTestGoogleClient('http://127.0.0.1:1');
    await using google = await startAhead(probe.clock.now(), aheadMs);
    const { client, warnings } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(await client.startPageToken(BEN)).toBe('7');
    // The second user's sign-in already uses that time.
    expect(google.tokenRequests).toHaveLength(3);
    expect(warnings).toEqual([expect.stringContaining(`1020 s ${way} Google's`)]);
  });

  it('fails if Google refuses its own time too', async () => {
    await using google = await startGoogle({
      token: (_request, reply) =>
        reply.respond(400, BAD_TIMES, { date: 'Sun, 01 Nov 2026 01:00:00 GMT' }),
    });
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toBeInstanceOf(GoogleError);
    expect(failure.hint).toContain('clock');
    expect(google.tokenRequests).toHaveLength(2);
  });
});
