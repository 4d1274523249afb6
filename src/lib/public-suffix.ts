import { getDomain } from 'tldts';

/** Hosts that publicsuffix.org does not list, but under which anyone can register a name. */
const UNLISTED: ReadonlySet<string> = new Set(['onmicrosoft.com', 'wordpress.com']);

/**
 * The domain that one owner registered: `acme.co.uk` for `eu.acme.co.uk`. By publicsuffix.org with
 * its "private domains": hosts such as github.io separate owners in the same way as .com does.
 */
export function registrableDomain(host: string): string | undefined {
  return getDomain(host, { allowPrivateDomains: true }) ?? undefined;
}

/**
 * True if unrelated owners have domains under `domain`: `co.uk`, `github.io`. So is `kawasaki.jp`,
 * which is not a suffix itself but has only suffixes below it.
 */
export function isPublicSuffix(domain: string): boolean {
  const owner = registrableDomain(domain);
  return (
    owner === undefined || registrableDomain(`any.${domain}`) !== owner || UNLISTED.has(domain)
  );
}
