import { domainToASCII } from 'node:url';

/** Characters that the URL standard's host parser would strip or decode. No domain contains them. */
const NOT_IN_A_DOMAIN = /[\s/?#\\:@[\]%<>]/;
/** Already canonical: nothing to lowercase, to encode or to mistake for an IPv4 address. */
const PLAIN_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
/** Checks the form only: whether an address exists, only its mail server knows. */
export const EMAIL_SHAPE = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const SANDBOX_SUFFIX = '.invalid';

/**
 * The domain of an email address in the form that DNS compares: lower case, punycode, without the
 * trailing dot. Undefined if the address has none.
 */
export function domainOf(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  return at < 0 ? undefined : canonicalDomain(email.slice(at + 1));
}

/** True if the address belongs to one of `domains` or to a subdomain of one. */
export function isInternalAddress(email: string, domains: readonly string[]): boolean {
  const domain = domainOf(email);
  if (domain === undefined) return false;
  return domains.some((candidate) => {
    const internal = canonicalDomain(candidate);
    return internal !== undefined && (domain === internal || domain.endsWith(`.${internal}`));
  });
}

/** The people who belong to the company. */
export interface Insiders {
  /** lower case; subdomains count, too */
  readonly domains: readonly string[];
  /** lower case: addresses of the company's users, even at a domain that it no longer has */
  readonly addresses: ReadonlySet<string>;
}

/** True if the address is an insider's. */
export function isInsider(email: string, { domains, addresses }: Insiders): boolean {
  return addresses.has(email.trim().toLowerCase()) || isInternalAddress(email, domains);
}

/**
 * Same as `isInternalAddress`, for a Salesforce user: users of a sandbox org are internal too.
 * Salesforce Help 000386507: creating, refreshing or cloning a sandbox appends `.invalid` to the
 * email address of every user.
 */
export function isInternalSharer(email: string, domains: readonly string[]): boolean {
  return isInternalAddress(withoutSandboxSuffix(email.trim()), domains);
}

function withoutSandboxSuffix(email: string): string {
  const suffixed = email.toLowerCase().endsWith(SANDBOX_SUFFIX);
  return suffixed ? email.slice(0, -SANDBOX_SUFFIX.length) : email;
}

function canonicalDomain(text: string): string | undefined {
  const trimmed = text.trim();
  if (PLAIN_DOMAIN.test(trimmed) && !trimmed.includes('xn--')) return trimmed;
  if (NOT_IN_A_DOMAIN.test(trimmed)) return undefined;
  const domain = domainToASCII(trimmed).replace(/\.$/, '');
  return domain === '' ? undefined : domain;
}
