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
