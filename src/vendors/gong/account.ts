import { createHash } from 'node:crypto';
import type { GongConfig } from '../../config/types.ts';

/** 64 bits: enough to distinguish accounts, far too few to guess a key from. */
const ACCOUNT_HEX_DIGITS = 16;

/**
 * Identifies the Gong account of `config`, for pacing and for storing its tokens: the same for
 * every tenant with the same credentials, and no secret can be read from it. It is derived from the
 * configured refresh token, so a new one starts a new chain instead of using up an old one.
 */
export function gongAccountOf(config: Pick<GongConfig, 'auth'>): string {
  const { auth } = config;
  const credentials =
    auth.flow === 'access-key'
      ? [auth.accessKey.reveal()]
      : [auth.clientId, auth.refreshToken.reveal()];
  // Without the address: api.gong.io and the customer's own address lead to the same account.
  const identity = JSON.stringify([auth.flow, ...credentials]);
  return createHash('sha256').update(identity).digest('hex').slice(0, ACCOUNT_HEX_DIGITS);
}
