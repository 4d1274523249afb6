import type { GongConfig } from '../../config/types.ts';
import { SecretUnavailable } from '../../lib/deferred-secret.ts';
import { hexDigest } from '../../lib/hex-digest.ts';

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
  return hexDigest(identity, ACCOUNT_HEX_DIGITS);
}

/** The same; undefined if the credentials cannot be read, as in a command that needs none. */
export function findGongAccount(config: Pick<GongConfig, 'auth'>): string | undefined {
  try {
    return gongAccountOf(config);
  } catch (error) {
    if (error instanceof SecretUnavailable) return undefined;
    throw error;
  }
}

/** Gong gives each customer an API address of its own: us-49467.api.gong.io. */
const CUSTOMER_HOST = /^[a-z]{2}-\d+\.api\.gong\.io$/;

/** The host of the customer's own API address; undefined if others share the address. */
export function customerHostOf(baseUrl: string | undefined): string | undefined {
  const host = baseUrl === undefined ? undefined : URL.parse(baseUrl)?.hostname;
  return host !== undefined && CUSTOMER_HOST.test(host) ? host : undefined;
}
