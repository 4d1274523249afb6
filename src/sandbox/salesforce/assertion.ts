import { type KeyObject, verify } from 'node:crypto';

/** Salesforce help, "OAuth 2.0 JWT Bearer Flow": exp is within three minutes; five with skew. */
const ASSERTION_AHEAD_MS_MAX = 5 * 60_000;

export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  /** epoch seconds */
  readonly exp: number;
}

interface Assertion {
  readonly claims: Claims;
  readonly signed: string;
  readonly signature: Buffer;
}

/** The parts of an RS256 token; undefined for anything else. Does not check the signature. */
export function readAssertion(text: string): Assertion | undefined {
  const [header, payload, signature, ...more] = text.split('.');
  if (!header || !payload || !signature || more.length > 0) return undefined;
  const { alg } = readPart(header);
  const { iss, sub, aud, exp } = readPart(payload);
  if (alg !== 'RS256' || typeof iss !== 'string' || typeof sub !== 'string') return undefined;
  if (typeof aud !== 'string' || typeof exp !== 'number') return undefined;
  return {
    claims: { iss, sub, aud, exp },
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

export function isSignedBy(assertion: Assertion, publicKey: KeyObject): boolean {
  return verify('RSA-SHA256', Buffer.from(assertion.signed), publicKey, assertion.signature);
}

export function isTimely({ exp }: Claims, now: number): boolean {
  return exp * 1000 > now && exp * 1000 <= now + ASSERTION_AHEAD_MS_MAX;
}

function readPart(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
