import { describe, expect, it } from 'vitest';
import { rememberSecret, rememberToken, scrub } from '../../src/lib/secret.ts';

/** so many tokens are known at once */
const TOKENS_KNOWN_MAX = 10_000;

describe('access tokens among the secrets', () => {
  it('are scrubbed, the newest of them; lasting secrets always are', () => {
    rememberSecret('a-lasting-secret');
    rememberToken('token-first');
    rememberToken('token-again');
    expect(scrub('a token-first of a-lasting-secret')).toBe('a ••• of •••');
    for (let index = 0; index < TOKENS_KNOWN_MAX - 2; index += 1)
      rememberToken(`token-no-${index}`);
    rememberToken('token-again');
    rememberToken('token-newest');
    const text = 'token-first token-again token-newest a-lasting-secret';
    expect(scrub(text)).toBe('token-first ••• ••• •••');
  });

  it('that are too short to be any blank out no word', () => {
    rememberToken('short');
    expect(scrub('a short word')).toBe('a short word');
  });
});
