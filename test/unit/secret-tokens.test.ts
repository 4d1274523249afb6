import { describe, expect, it } from 'vitest';
import { rememberSecret, rememberToken, scrub } from '../../src/lib/secret.ts';

/** the newest tokens that the process remembers */
const TOKENS_KNOWN_MAX = 10_000;

describe('scrub and access tokens', () => {
  it('scrubs the newest access tokens, and every permanent secret', () => {
    rememberSecret('a-permanent-secret');
    rememberToken('token-first');
    rememberToken('token-again');
    expect(scrub('a token-first of a-permanent-secret')).toBe('a ••• of •••');
    for (let index = 0; index < TOKENS_KNOWN_MAX - 2; index += 1)
      rememberToken(`token-no-${index}`);
    rememberToken('token-again');
    rememberToken('token-newest');
    const text = 'token-first token-again token-newest a-permanent-secret';
    expect(scrub(text)).toBe('token-first ••• ••• •••');
  });

  it('does not scrub a value that is too short to be a token', () => {
    rememberToken('short');
    expect(scrub('a short word')).toBe('a short word');
  });
});
