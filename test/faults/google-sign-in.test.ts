import { describe, expect, it } from 'vitest';
import { GoogleError } from '../../src/vendors/google/errors.ts';
import {
  assertionIn,
  createTestGoogleClient,
  HTML_PAGE,
  oneUser,
  startGoogle,
  tokenAnswer,
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

const good = (_request: PeerRequest, reply: PeerReply) =>
  reply.answer(200, { startPageToken: '7' });

/** The refusal of one subject's sign-in. */
function startRefusing(refused: string, answer: object, status = 400) {
  return startGoogle({
    call: good,
    token: (request, reply) => {
      if (assertionIn(request).claims['sub'] === refused) reply.answer(status, answer);
      else reply.answer(200, tokenAnswer('access-good'));
    },
  });
}

describe('a sign-in that fails', () => {
  it.each([
    ['a web page', (reply: PeerReply) => reply.answer(502, HTML_PAGE)],
    ['a cut answer', (reply: PeerReply) => reply.cut('{"access_tok', 500)],
    ['an answer without a token', (reply: PeerReply) => reply.answer(200, { hello: 'world' })],
    ['a reset', (reply: PeerReply) => reply.reset()],
    ['trouble', (reply: PeerReply) => reply.answer(500, { error: 'internal_failure' })],
  ])('for the moment is tried again: %s', async (_what, way) => {
    let tries = 0;
    await using google = await startGoogle({
      call: good,
      token: (_request, reply) => {
        tries += 1;
        if (tries < 3) way(reply);
        else reply.answer(200, tokenAnswer('access-good'));
      },
    });
    const { client, clock, counted } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(clock.sleptMs).toEqual([500, 1_000]);
    expect(counted()).toBe(1);
  });

  it('for one suspended user is his alone', async () => {
    const refusal = { error: 'invalid_grant', error_description: 'Account disabled' };
    await using google = await startRefusing(ANNA, refusal);
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

  it('is asked for anew the next time: a user may be activated', async () => {
    let suspended = true;
    await using google = await startGoogle({
      call: good,
      token: (_request, reply) => {
        if (suspended) reply.answer(400, { error: 'invalid_grant' });
        else reply.answer(200, tokenAnswer('access-good'));
      },
    });
    const { client } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow(GoogleError);
    suspended = false;
    expect(await client.startPageToken(ANNA)).toBe('7');
  });

  it('for a missing scope names the scope and the client, and concerns everyone', async () => {
    await using google = await startRefusing(ANNA, UNAUTHORIZED, 401);
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure.concerns).toBe('everyone');
    expect(failure.hint).toContain('client 111222333444555666777');
    expect(failure.hint).toContain('https://www.googleapis.com/auth/drive.metadata.readonly');
    expect(google.tokenRequests).toHaveLength(1);
  });

  it('with the same words concerns one user only where another got the same scope', async () => {
    await using google = await startRefusing(ANNA, UNAUTHORIZED, 401);
    const { client } = createTestGoogleClient(google.origin);
    await client.startPageToken(BEN);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure.concerns).toBe('subject');
  });

  it('with a revoked refresh token says to authorise again', async () => {
    await using google = await startGoogle({
      token: (_request, reply) => reply.answer(400, { error: 'invalid_grant' }),
    });
    const { client } = createTestGoogleClient(google.origin, { auth: oneUser() });
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toMatchObject({ reason: 'invalid_grant', concerns: 'everyone' });
    expect(failure.hint).toContain('authorise again');
  });
});

describe("a clock that is minutes off Google's", () => {
  /** A Google whose clock is `aheadMs` ahead, and takes assertions of its own minute only. */
  function startAhead(nowMs: number, aheadMs: number) {
    return startGoogle({
      call: good,
      token: (request, reply) => {
        const issuedAt = Number(assertionIn(request).claims['iat']) * 1_000;
        const isNear = Math.abs(issuedAt - (nowMs + aheadMs)) < MINUTE_MS;
        const date = new Date(nowMs + aheadMs).toUTCString();
        if (isNear) reply.answer(200, tokenAnswer(`access-${issuedAt}`));
        else reply.answer(400, BAD_TIMES, { date });
      },
    });
  }

  it.each([
    ['behind', 17 * MINUTE_MS],
    ['ahead of', -17 * MINUTE_MS],
  ])(
    'is %s it: sign-ins go by the time that Google told, with one warning',
    async (way, aheadMs) => {
      const made = createTestGoogleClient('http://127.0.0.1:1');
      await using google = await startAhead(made.clock.now(), aheadMs);
      const { client, warnings } = createTestGoogleClient(google.origin);
      expect(await client.startPageToken(ANNA)).toBe('7');
      expect(await client.startPageToken(BEN)).toBe('7');
      // The second user's sign-in needs no refusal to know the time.
      expect(google.tokenRequests).toHaveLength(3);
      expect(warnings).toEqual([expect.stringContaining(`1020 s ${way} Google's`)]);
    },
  );

  it('cannot be helped where Google refuses its own time as well', async () => {
    await using google = await startGoogle({
      token: (_request, reply) =>
        reply.answer(400, BAD_TIMES, { date: 'Sun, 01 Nov 2026 01:00:00 GMT' }),
    });
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toBeInstanceOf(GoogleError);
    expect(failure.hint).toContain('clock');
    expect(google.tokenRequests).toHaveLength(2);
  });
});
