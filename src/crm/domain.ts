import { isPublicMailDomain } from '../config/public-mail-domains.ts';
import { isPublicSuffix, registrableDomain } from '../lib/public-suffix.ts';
import { domainOf } from '../share/address.ts';
import type { LoadedRecords } from './loaded-records.ts';
import { accountsByWebsite, type CrmQuery } from './queries.ts';
import type { EmailDomain } from './records.ts';

const DNS_NAME = /^[a-z0-9.-]+$/;

/** Queries the Accounts whose websites have the domains of these addresses. */
export function queryAccountsByDomain(emails: readonly string[], loaded: LoadedRecords): CrmQuery {
  const domains = new Set<string>();
  for (const email of emails) {
    const emailDomain = emailDomainOf(email);
    loaded.domainsOfEmail.set(email, emailDomain);
    if (emailDomain.kind === 'company') domains.add(emailDomain.domain);
  }
  return {
    kind: 'accountsByWebsite',
    soqls: accountsByWebsite([...domains]),
    add: (rows) => loaded.addWebsites(rows, websiteDomainOf),
  };
}

function emailDomainOf(email: string): EmailDomain {
  const host = domainOf(email);
  const domain = host === undefined ? undefined : registrableOf(host);
  if (host === undefined || domain === undefined) return { kind: 'none', domain: host ?? '' };
  const mailDomain = hostsUpTo(domain, host).find(isPublicMailDomain);
  if (mailDomain !== undefined) return { kind: 'public-mail', domain: mailDomain };
  return { kind: 'company', domain };
}

/** The registrable domain of an Account's website, which is a URL with or without its scheme. */
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

/** The host and its parents up to the registrable domain: b.acme.com, acme.com. */
function hostsUpTo(domain: string, host: string): readonly string[] {
  const labels = host.split('.');
  const depth = labels.length - domain.split('.').length;
  return Array.from({ length: depth + 1 }, (_, index) => labels.slice(index).join('.'));
}
