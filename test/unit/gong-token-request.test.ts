import { describe, expect, it } from 'vitest';
import { scrub } from '../../src/lib/secret.ts';
import { readTokenResponse, tokenUrlOf } from '../../src/vendors/gong/token-request.ts';
import type { TextResponse } from '../../src/vendors/http/http-message.ts';

const NOW = Date.UTC(2026, 10, 1);

function read(status: number, body: object | string, headers: TextResponse['headers'] = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readTokenResponse({ status, headers, body: text }, NOW);
}

const PAIR = { access_token: 'access-token-1', refresh_token: 'refresh-token-1' };

describe('the token URL', () => {
  it.each([
    ['https://api.gong.io', 'https://app.gong.io'],
    ['https://us-49467.api.gong.io/', 'https://app.gong.io'],
    ['https://127.example.com', 'https://app.gong.io'],
    ['https://localhost.example.com', 'https://app.gong.io'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['http://127.0.0.1:4000/deep/', 'http://127.0.0.1:4000'],
    ['http://localhost:4000', 'http://localhost:4000'],
    ['http://[::1]:4000', 'http://[::1]:4000'],
  ])('for %s is at %s', (baseUrl, origin) => {
    expect(tokenUrlOf(baseUrl, 'a+b/c=')).toBe(
      `${origin}/oauth2/generate-customer-token?grant_type=refresh_token&refresh_token=a%2Bb%2Fc%3D`,
    );
  });
});

describe('a response of the token endpoint', () => {
  it.each([
    [{ expires_in: 3_600 }, 3_600],
    [{ expires_in: '3600' }, 3_600],
    [{}, 86_400],
    [{ expires_in: null }, 86_400],
    [{ expires_in: -1 }, 86_400],
    [{ expires_in: 'long' }, 86_400],
  ])('with %j: the pair lives %i seconds', (more, seconds) => {
    expect(read(200, { ...PAIR, ...more })).toEqual({
      kind: 'tokens',
      tokens: {
        accessToken: 'access-token-1',
        refreshToken: 'refresh-token-1',
        expiresAt: NOW + seconds * 1_000,
      },
    });
  });

  it.each([
    ['https://us-49467.api.gong.io', 'https://us-49467.api.gong.io'],
    ['https://us-49467.api.gong.io/', 'https://us-49467.api.gong.io'],
    ['http://us-49467.api.gong.io', undefined],
    ['http://127.0.0.1:4000', undefined],
    ['us-49467.api.gong.io', undefined],
    ['https://user:pass@us-49467.api.gong.io/v?a=b', 'https://us-49467.api.gong.io/v'],
    ['', undefined],
    [null, undefined],
    [7, undefined],
  ])('with the customer’s own address %j: %j is used', (sent, used) => {
    const result = read(200, { ...PAIR, api_base_url_for_customer: sent });
    expect(result.kind === 'tokens' && result.tokens.baseUrl).toBe(used);
  });

  it('makes both tokens secrets', () => {
    read(200, { access_token: 'access-secret-xyz', refresh_token: 'refresh-secret-xyz' });
    expect(scrub('access-secret-xyz refresh-secret-xyz')).toBe('••• •••');
  });

  it.each([
    ['half a pair', { access_token: 'access-token-2' }],
    ['an empty token', { ...PAIR, refresh_token: '' }],
    ['truncated JSON', '{"access_token":"access-token-2","refr'],
    ['nothing', ''],
  ])('with %s is unavailable, and never quoted', (_, body) => {
    expect(read(200, body)).toEqual({
      kind: 'failed',
      response: {
        kind: 'unavailable',
        status: 200,
        errors: ['token request: Gong returned 200 without tokens'],
      },
    });
  });

  it('about a used-up refresh token is refused, with a hint', () => {
    const body = { error: 'invalid_grant', error_description: 'Refresh token code is invalid' };
    expect(read(400, body)).toEqual({
      kind: 'failed',
      response: {
        kind: 'refused',
        status: 400,
        errors: ['token request: Gong returned 400: invalid_grant; Refresh token code is invalid'],
        hint: expect.stringMatching(/connect the app again.*gong\.auth\.refreshToken/),
      },
    });
  });

  it.each([
    [302, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [422, 'refused'],
    [408, 'unavailable'],
    [425, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('with %i is %s', (status, kind) => {
    const result = read(status, 'no', { 'retry-after': '7' });
    if (result.kind !== 'failed') throw new Error('unexpected tokens');
    expect(result.response).toMatchObject({ kind, status });
    expect(result.response.hint !== undefined).toBe(kind === 'refused');
    expect(result.response.retryAfterMs).toBe(kind === 'unavailable' ? 7_000 : undefined);
  });

  it('distinguishes a wrong client from a wrong token', () => {
    const result = read(401, { error: 'invalid_client' });
    expect(result).toMatchObject({ response: { hint: expect.stringContaining('clientSecret') } });
  });
});
