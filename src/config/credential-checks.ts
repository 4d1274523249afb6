import { createPrivateKey } from 'node:crypto';
import { isEmail } from './addresses.ts';
import { CONFIG_LIMITS } from './limits.ts';

/** Checks of secret values. They return only true or false, so no message contains a value. */

/** An unencrypted RSA private key in PEM: Salesforce and Google accept only RS256 assertions. */
export function isRsaPrivateKey(pem: string): boolean {
  if (!pem.includes('-----BEGIN')) return false;
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    // Node's reason (a cipher, an ASN.1 offset) does not help; the caller reports what it expects.
    return false;
  }
}

/** The JSON key file that Google Cloud creates for a service account. */
export function isServiceAccountKey(json: string): boolean {
  const key = parseObject(json);
  const { client_email: address, private_key: pem } = key;
  return (
    typeof address === 'string' &&
    isEmail(address) &&
    typeof pem === 'string' &&
    isRsaPrivateKey(pem)
  );
}

/** Base64, or its URL form, of exactly 32 bytes. */
export function isSecretKey(text: string): boolean {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false;
  return Buffer.from(text, 'base64').length === CONFIG_LIMITS.secretKeyBytes;
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // The parser's message quotes the text, which is a secret.
    return {};
  }
}
