import type { KeyObject } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import { readRsaKey, signJwt } from '../jwt.ts';
import { SALESFORCE_LIMITS } from './limits.ts';

const PRODUCTION = 'https://login.salesforce.com';
const SANDBOX = 'https://test.salesforce.com';
const MY_DOMAIN = '.my.salesforce.com';

export interface AssertionFacts {
  readonly clientId: string;
  readonly username: string;
  readonly loginUrl: string;
  /** epoch milliseconds */
  readonly nowMs: number;
}

/**
 * The `aud` of a JWT bearer assertion: Salesforce help, "OAuth 2.0 JWT Bearer Flow", requires the
 * login host for the kind of org, not the My Domain. Any other address (login, test, loopback, a
 * site) is its own audience.
 */
export function assertionAudience(loginUrl: string): string {
  const { hostname, origin } = new URL(loginUrl);
  if (!hostname.endsWith(MY_DOMAIN)) return origin;
  // acme--uat.sandbox.my…, acme--uat.my… (older orgs), acme-dev-ed.scratch.my…
  const labels = hostname.slice(0, -MY_DOMAIN.length).split('.');
  const [name = '', ...kinds] = labels;
  const sandbox = name.includes('--') || kinds.includes('sandbox') || kinds.includes('scratch');
  return sandbox ? SANDBOX : PRODUCTION;
}

/** The assertion of the JWT bearer flow. `privateKey` is a PEM. */
export function signAssertion(facts: AssertionFacts, privateKey: string): string {
  const claims = {
    iss: facts.clientId,
    sub: facts.username,
    aud: assertionAudience(facts.loginUrl),
    exp: Math.floor(facts.nowMs / 1_000) + SALESFORCE_LIMITS.assertionSecondsMax,
  };
  return signJwt(claims, readPrivateKey(privateKey));
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return readRsaKey(pem);
  } catch (cause) {
    throw new UserError('salesforce.auth.privateKey cannot be read as an RSA key', {
      hint:
        'It must be the PEM of the RSA key that the certificate in the app was made from ' +
        '(-----BEGIN PRIVATE KEY-----), with its line breaks and without a passphrase.',
      cause,
    });
  }
}
