import { domainToASCII } from 'node:url';

/** Characters that the URL standard's host parser would cut off or decode: no domain has them. */
const NOT_IN_A_DOMAIN = /[\s/?#\\:@[\]%<>]/;
/** Stands for itself: nothing to lower, to encode or to take for an IPv4 address. */
const PLAIN_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
/** Nobody but its server knows more of an address. */
export const EMAIL_SHAPE = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const SANDBOX_SUFFIX = '.invalid';

/**
 * The domain of an email address as DNS compares it: lower case, punycode, without the dot of
 * the root. Undefined where there is none.
 */
export function domainOf(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  return at < 0 ? undefined : canonicalDomain(email.slice(at + 1));
}

/** True where the address belongs to one of `domains` or to a sub-domain of one. */
export function isInternalAddress(email: string, domains: readonly string[]): boolean {
  const domain = domainOf(email);
  if (domain === undefined) return false;
  return domains.some((candidate) => {
    const internal = canonicalDomain(candidate);
    return internal !== undefined && (domain === internal || domain.endsWith(`.${internal}`));
  });
}

/**
 * As `isInternalAddress`, for a Salesforce user: a sandbox's users are the company's people too,
 * though their domain does not end as the company's. Salesforce Help 000386507: creating,
 * refreshing or cloning a sandbox appends `.invalid` to the email address of every user.
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
