import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { rememberSecret } from '../../lib/secret.ts';
import { readRsaKey, signJwt } from '../jwt.ts';
import { GOOGLE_LIMITS } from './limits.ts';

/**
 * Fixed, whatever the key file's `token_uri` says and wherever the request goes: Google accepts no
 * other, and an assertion for another audience could be used there.
 */
const AUDIENCE = 'https://oauth2.googleapis.com/token';

const keyFile = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).optional(),
  client_id: z.string().min(1).optional(),
});

/** A service account's key, parsed. */
export interface ServiceAccountKey {
  readonly address: string;
  readonly privateKey: KeyObject;
  readonly keyId: string | undefined;
  /** the numeric id by which the Admin console grants scopes */
  readonly clientId: string | undefined;
}

/** Parses the JSON key that Google Cloud issues. Throws a UserError that quotes none of it. */
export function readServiceAccountKey(json: string): ServiceAccountKey {
  const key = parseKey(json);
  if (key !== undefined) return key;
  // It carries no cause: a parser's message quotes its input.
  throw new UserError('googleDrive.auth.key cannot be read', {
    hint: 'It must be the complete JSON key of a service account, as Google Cloud issues it.',
  });
}

function parseKey(json: string): ServiceAccountKey | undefined {
  try {
    const file = keyFile.parse(JSON.parse(json));
    rememberSecret(file.private_key);
    return {
      address: file.client_email,
      privateKey: readRsaKey(file.private_key),
      keyId: file.private_key_id,
      clientId: file.client_id,
    };
  } catch {
    return undefined;
  }
}

export interface AssertionFacts {
  /** the user that the service account acts as */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** epoch milliseconds */
  readonly nowMs: number;
}

/** OAuth 2.0 for service accounts, "Creating a JWT": valid for an hour. */
export function signAssertion(key: ServiceAccountKey, facts: AssertionFacts): string {
  const issuedAt = Math.floor(facts.nowMs / 1_000);
  const claims = {
    iss: key.address,
    sub: facts.subject,
    scope: facts.scopes.join(' '),
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + GOOGLE_LIMITS.assertionSecondsMax,
  };
  return signJwt(claims, key.privateKey, { typ: 'JWT', ...(key.keyId && { kid: key.keyId }) });
}
