import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/lib/errors.ts';
import { GoogleError } from '../../src/vendors/google/errors.ts';
import { apiError, createTestGoogleClient, fails, startWith } from '../support/google-peer.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { collect } from '../support/salesforce-peer.ts';
import { until } from '../support/until.ts';

const ANNA = 'anna@acme.com';
const ACTIVITIES = { eventName: 'change_user_access', startTime: 0, endTime: 1 };

describe('a used-up quota', () => {
  const minute = apiError(403, 'rateLimitExceeded', {
    message: "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'",
  });

  it('per minute waits out the minute', async () => {
    await using google = await startWith(fails(403, minute), fails(403, minute));
    const { client, clock } = createTestGoogleClient(google.origin);
    await client.startPageToken(ANNA);
    expect(clock.sleptMs).toEqual([60_000, 60_000]);
  });

  it.each([
    ['a 429', fails(429)],
    ["a user's rate limit", fails(403, apiError(403, 'userRateLimitExceeded'))],
    ["a project's rate limit", fails(403, apiError(403, 'rateLimitExceeded'))],
  ])('is waited for: %s', async (_what, respond) => {
    await using google = await startWith(respond, respond);
    const { client, clock, counted } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(counted()).toBe(3);
    expect(clock.sleptMs).toEqual([60_000, 60_000]);
  });

  it('per minute uses up no attempts: nine refusals, then a success', async () => {
    const google = await startWith(...Array.from({ length: 9 }, () => fails(403, minute)));
    const { client, clock } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(clock.sleptMs).toHaveLength(9);
    await google.close();
  });

  it('that lasts ends the waiting: ten minutes, then the usual attempts', async () => {
    const google = await startWith(...Array.from({ length: 99 }, () => fails(403, minute)));
    const { client, clock } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow(RetryableError);
    expect(clock.sleptMs.length).toBeGreaterThanOrEqual(10);
    expect(clock.sleptMs.length).toBeLessThanOrEqual(15);
    await google.close();
  });

  it('with a wait that does not help waits out the minute next', async () => {
    const short = fails(429, '', { 'retry-after': '2' });
    await using google = await startWith(short, short, short);
    const { client, clock } = createTestGoogleClient(google.origin);
    await client.startPageToken(ANNA);
    expect(clock.sleptMs[0]).toBe(2_000);
    expect(clock.sleptMs.at(-1)).toBe(60_000);
  });

  it('of Reports, a 503, delays the call up to a minute', async () => {
    await using google = await startWith(fails(503));
    const { client, clock } = createTestGoogleClient(google.origin);
    await collect(client.listActivities(ACTIVITIES));
    expect(clock.sleptMs).toEqual([30_000]);
  });

  /** A Google that refuses the first call with `reason`, and a clock that does not move. */
  async function startRefusingOnce(reason: string) {
    const google = await startWith(fails(403, apiError(403, reason)));
    const clock = new ManualClock();
    const { client } = createTestGoogleClient(google.origin, { clock });
    const refused = client.startPageToken(ANNA);
    await until(() => clock.sleepers === 1);
    return { google, clock, client, refused };
  }

  it("of the project delays the other users' calls until it is free again", async () => {
    const { google, clock, client, refused } = await startRefusingOnce('rateLimitExceeded');
    const other = client.startPageToken('ben@acme.com');
    await until(() => clock.sleepers === 2);
    expect(google.calls).toHaveLength(1);
    clock.advance(60_000);
    expect(await Promise.all([refused, other])).toEqual(['7', '7']);
    expect(google.calls).toHaveLength(3);
    await google.close();
  });

  it("of one user delays the other users' calls, too: the project has one quota", async () => {
    const { google, clock, client, refused } = await startRefusingOnce('userRateLimitExceeded');
    const other = client.startPageToken('ben@acme.com');
    await until(() => clock.sleepers === 2);
    expect(google.calls).toHaveLength(1);
    clock.advance(60_000);
    expect(await Promise.all([refused, other])).toEqual(['7', '7']);
    await google.close();
  });

  it('delays the calls that are already queued', async () => {
    const google = await startWith(fails(403, apiError(403, 'userRateLimitExceeded')));
    const clock = new ManualClock();
    const { client } = createTestGoogleClient(google.origin, { clock, requestsAtOnceMax: 1 });
    const both = Promise.all([client.startPageToken(ANNA), client.startPageToken(ANNA)]);
    await until(() => clock.sleepers === 2);
    expect(google.calls).toHaveLength(1);
    clock.advance(60_000);
    expect(await both).toEqual(['7', '7']);
    expect(google.calls).toHaveLength(3);
    await google.close();
  });

  it('leaves its place among the calls in flight', async () => {
    const google = await startWith(fails(403, apiError(403, 'userRateLimitExceeded')));
    const clock = new ManualClock();
    const { client } = createTestGoogleClient(google.origin, { clock, requestsAtOnceMax: 1 });
    const refused = client.startPageToken(ANNA);
    await until(() => clock.sleepers === 1);
    // Another service has its own quota.
    expect(await collect(client.listActivities(ACTIVITIES))).toHaveLength(1);
    clock.advance(60_000);
    expect(await refused).toBe('7');
    await google.close();
  });

  it('for longer than a run should wait delays no call: each fails on its own', async () => {
    await using google = await startWith(fails(429, '', { 'retry-after': '301' }));
    const { client, clock } = createTestGoogleClient(google.origin);
    await expect(client.startPageToken(ANNA)).rejects.toThrow(RetryableError);
    expect(await client.startPageToken(ANNA)).toBe('7');
    expect(clock.sleptMs).toEqual([]);
  });

  it('per day fails the call immediately, with a hint', async () => {
    await using google = await startWith(fails(403, apiError(403, 'dailyLimitExceeded')));
    const { client } = createTestGoogleClient(google.origin);
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure).toBeInstanceOf(GoogleError);
    expect(failure).toMatchObject({ concerns: 'everyone', reason: 'dailyLimitExceeded' });
    expect(failure.hint).toContain('midnight Pacific');
    expect(google.calls).toHaveLength(1);
  });
});
