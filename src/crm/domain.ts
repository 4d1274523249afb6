import { isPublicMailDomain } from '../config/public-mail-domains.ts';
import { isPublicSuffix, registrableDomain } from '../lib/public-suffix.ts';
import { domainOf } from '../share/address.ts';
import type { LoadedRecords } from './loaded-records.ts';
import { accountsByWebsite, type CrmQuery } from './queries.ts';
import type { EmailDomain } from './records.ts';

const DNS_NAME = /^[a-z0-9.-]+$/;

/** Asks for the Accounts of the strangers' companies. */
export function queryByDomains(strangers: readonly string[], findings: LoadedRecords): CrmQuery {
  const wanted = new Set<string>();
  for (const email of strangers) {
    const found = emailDomainOf(email);
    findings.domainsOfEmail.set(email, found);
    if (found.kind === 'company') wanted.add(found.domain);
  }
  return {
    soqls: accountsByWebsite([...wanted]),
    add: (rows) => findings.addWebsites(rows, websiteDomainOf),
  };
}

/** What the domain of an address says about whom the address belongs to. */
function emailDomainOf(email: string): EmailDomain {
  const host = domainOf(email);
  const domain = host === undefined ? undefined : registrableOf(host);
  if (host === undefined || domain === undefined) return { kind: 'none', domain: host ?? '' };
  const mailDomain = upTo(domain, host).find(isPublicMailDomain);
  if (mailDomain !== undefined) return { kind: 'public-mail', domain: mailDomain };
  return { kind: 'company', domain };
}

/** The registrable domain of an Account's website: a URL, or a host, port and path without one. */
function websiteDomainOf(website: string): string | undefined {
  const text = website.trim();
  const host = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)?.hostname;
  return host ? registrableOf(host) : undefined;
}

function registrableOf(host: string): string | undefined {
  const domain = registrableDomain(host);
  if (domain === undefined || !DNS_NAME.test(domain) || isPublicSuffix(domain)) return undefined;
  return domain;
}

/** The host and its parents, down to the registrable domain: b.acme.com, acme.com. */
function upTo(domain: string, host: string): readonly string[] {
  const labels = host.split('.');
  const depth = labels.length - domain.split('.').length;
  return Array.from({ length: depth + 1 }, (_, index) => labels.slice(index).join('.'));
}
