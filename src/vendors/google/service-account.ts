import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { rememberSecret } from '../../lib/secret.ts';
import { GOOGLE_LIMITS } from './limits.ts';

/**
 * Whatever the key file's `token_uri` says and wherever the request goes: Google takes no other,
 * and an assertion for another audience could be used there.
 */
const AUDIENCE = 'https://oauth2.googleapis.com/token';

const keyFile = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).optional(),
  client_id: z.string().min(1).optional(),
});

/** A service account's key, read. */
export interface ServiceAccountKey {
  readonly address: string;
  readonly privateKey: KeyObject;
  readonly keyId: string | undefined;
  /** the numeric id by which the Admin console grants scopes */
  readonly clientId: string | undefined;
}

/** Reads the JSON key that Google Cloud hands out. Throws a UserError that quotes none of it. */
export function readServiceAccountKey(json: string): ServiceAccountKey {
  try {
    const file = keyFile.parse(JSON.parse(json));
    rememberSecret(file.private_key);
    const privateKey = createPrivateKey(file.private_key);
    if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('not an RSA key');
    return {
      address: file.client_email,
      privateKey,
      keyId: file.private_key_id,
      clientId: file.client_id,
    };
  } catch {
    // The cause is dropped: a parser's message quotes what it read.
    throw new UserError('googleDrive.auth.key cannot be read', {
      hint: 'It must be the whole JSON key of a service account, as Google Cloud hands it out.',
    });
  }
}

export interface AssertionFacts {
  /** the user for whom the service account asks */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** epoch milliseconds */
  readonly nowMs: number;
}

/** OAuth 2.0 for service accounts, "Creating a JWT": signed with RS256, valid for an hour. */
export function signAssertion(key: ServiceAccountKey, facts: AssertionFacts): string {
  const issuedAt = Math.floor(facts.nowMs / 1_000);
  const header = { alg: 'RS256', typ: 'JWT', ...(key.keyId && { kid: key.keyId }) };
  const claims = {
    iss: key.address,
    sub: facts.subject,
    scope: facts.scopes.join(' '),
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + GOOGLE_LIMITS.assertionSecondsMax,
  };
  const content = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(content), key.privateKey);
  return `${content}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
