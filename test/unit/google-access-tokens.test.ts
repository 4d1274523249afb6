import { describe, expect, it } from 'vitest';
import { AccessTokens, type AccessTokensOptions } from '../../src/vendors/google/access-tokens.ts';
import { ByteBudget } from '../../src/vendors/http/byte-budget.ts';
import { VendorTime } from '../../src/vendors/http/vendor-time.ts';
import { serviceAccount, startGoogle } from '../support/google-peer.ts';
import { SleeplessClock } from '../support/salesforce-peer.ts';

const access = (subject: string) => ({ subject, scopeSet: 'drive' }) as const;
const ANNA = access('anna@acme.com');

function createTokens(endpoint: string, options: Pick<AccessTokensOptions, 'tokensMax'> = {}) {
  return new AccessTokens({
    time: new VendorTime(new SleeplessClock()),
    config: { auth: serviceAccount(), endpoint },
    clock: new SleeplessClock(),
    onWarning: () => {},
    signal: new AbortController().signal,
    responseMsMax: 10_000,
    budget: new ByteBudget(),
    ...options,
  });
}

describe('access tokens', () => {
  it('that several callers find refused at once are renewed once', async () => {
    await using google = await startGoogle();
    const tokens = createTokens(google.origin);
    const [first, same] = await Promise.all([tokens.get(ANNA), tokens.get(ANNA)]);
    expect([first, same]).toEqual(['access-1', 'access-1']);
    const renewed = await Promise.all(Array.from({ length: 4 }, () => tokens.get(ANNA, first)));
    expect(renewed).toEqual(['access-2', 'access-2', 'access-2', 'access-2']);
    expect(google.tokenRequests).toHaveLength(2);
  });

  it('are kept for most subjects if there are a few more than fit, however often all are read', async () => {
    await using google = await startGoogle();
    const tokens = createTokens(google.origin, { tokensMax: 40 });
    const subjects = Array.from({ length: 43 }, (_, number) => `user-${number}`);
    for (let pass = 0; pass < 4; pass += 1) {
      for (const subject of subjects) await tokens.get(access(subject));
    }
    // Far from all 43 in each later pass.
    expect(google.tokenRequests.length).toBeLessThan(43 + 3 * 6);
  });

  it('are not dropped while they are in use', async () => {
    await using google = await startGoogle();
    const tokens = createTokens(google.origin, { tokensMax: 40 });
    for (let number = 0; number < 40; number += 1) await tokens.get(access(`user-${number}`));
    // With the one that comes then, sixteen.
    const inUse = Array.from({ length: 15 }, (_, index) => access(`user-${39 - index}`));
    const before = await Promise.all(inUse.map((user) => tokens.get(user)));
    await tokens.get(access('another'));
    expect(await Promise.all(inUse.map((user) => tokens.get(user)))).toEqual(before);
  });

  it('are cached for the most recently used subjects only', async () => {
    await using google = await startGoogle();
    const tokens = createTokens(google.origin, { tokensMax: 3 });
    for (const subject of ['a', 'b', 'c']) await tokens.get(access(subject));
    // Used again: now b is the one to be dropped.
    expect(await tokens.get(access('a'))).toBe('access-1');
    await tokens.get(access('d'));
    expect(await tokens.get(access('a'))).toBe('access-1');
    expect(await tokens.get(access('c'))).toBe('access-3');
    expect(await tokens.get(access('b'))).toBe('access-5');
  });
});
