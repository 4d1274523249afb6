import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { rememberToken } from '../lib/secret.ts';

/** RFC 7523: the grant type of a request that exchanges a signed assertion for an access token. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Throws if `pem` is not an RSA key. */
export function readRsaKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw new Error('not an RSA key');
  return key;
}

/** A JSON Web Token (RFC 7519) with these claims, signed with RS256; `scrub` knows it. */
export function signJwt(claims: object, key: KeyObject, header: object = {}): string {
  const content = `${encode({ alg: 'RS256', ...header })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(content), key);
  const token = `${content}.${signature.toString('base64url')}`;
  rememberToken(token);
  return token;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
