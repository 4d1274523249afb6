import { createHash } from 'node:crypto';
import type { GoogleDriveConfig } from '../../config/types.ts';
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
  return createHash('sha256').update(facts).digest('hex').slice(0, HEX_DIGITS);
}
