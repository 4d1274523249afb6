import type { GoogleDriveConfig } from '../../config/types.ts';
import { hexDigest } from '../../lib/hex-digest.ts';
import { readServiceAccountKey } from './service-account.ts';

/** 64 bits: enough to notice a change, far too few to guess a key from. */
const HEX_DIGITS = 16;

/**
 * Identifies the credentials of a service account: the same credentials lead to the same Workspace.
 * A new key of the same account does not change it. Undefined for one user's refresh token: what
 * Google allows it does not include the customer's id.
 */
export function googleCredentialsOf({
  auth,
  endpoint,
}: Pick<GoogleDriveConfig, 'auth' | 'endpoint'>): string | undefined {
  if (auth.flow !== 'service-account') return undefined;
  const { address } = readServiceAccountKey(auth.key.reveal());
  const facts = JSON.stringify([address, auth.adminSubject.toLowerCase(), endpoint]);
  return hexDigest(facts, HEX_DIGITS);
}
