import { type KeyObject, verify } from 'node:crypto';

export interface Claims {
  readonly iss: string;
  readonly aud: string;
  readonly scope: string;
  /** the user to impersonate; if absent, the service account acts as itself */
  readonly sub: string | undefined;
  /** epoch seconds */
  readonly iat: number;
  readonly exp: number;
}

export interface Assertion {
  readonly claims: Claims;
  /** ID of the signing key, if the header has one */
  readonly keyId: string | undefined;
  readonly signed: string;
  readonly signature: Buffer;
}

/** Google identity guide, "Using OAuth 2.0 for server to server": at most an hour. */
const LIFE_SECONDS_MAX = 3_600;
/** The accepted clock skew. */
const SKEW_SECONDS_MAX = 300;

/** The parts of an RS256 token; undefined for anything else. Does not check the signature. */
export function readAssertion(text: string): Assertion | undefined {
  const [header, payload, signature, ...more] = text.split('.');
  if (!header || !payload || !signature || more.length > 0) return undefined;
  const { alg, kid } = readPart(header);
  const { iss, aud, scope, sub, iat, exp } = readPart(payload);
  if (alg !== 'RS256' || typeof iss !== 'string' || typeof aud !== 'string') return undefined;
  if (typeof iat !== 'number' || typeof exp !== 'number') return undefined;
  return {
    claims: {
      iss,
      aud,
      scope: typeof scope === 'string' ? scope : '',
      sub: typeof sub === 'string' ? sub : undefined,
      iat,
      exp,
    },
    keyId: typeof kid === 'string' ? kid : undefined,
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

export function isSignedBy(assertion: Assertion, publicKey: KeyObject): boolean {
  return verify('RSA-SHA256', Buffer.from(assertion.signed), publicKey, assertion.signature);
}

export function isTimely({ iat, exp }: Claims, now: number): boolean {
  const seconds = now / 1_000;
  return (
    exp > iat &&
    exp - iat <= LIFE_SECONDS_MAX &&
    exp > seconds - SKEW_SECONDS_MAX &&
    iat <= seconds + SKEW_SECONDS_MAX
  );
}

function readPart(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
