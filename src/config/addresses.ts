import { domainToASCII } from 'node:url';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);
const DOMAIN_LENGTH_MAX = 253;
const LOCAL_PART = /^[^\s@"(),:;<>[\]\\]{1,64}$/;

/** Lower case, with letters of other scripts as `xn--…`. An invalid domain is only lower-cased. */
export function normalizeDomain(domain: string): string {
  return domainToASCII(domain) || domain.toLowerCase();
}

/** `acme.com`; not an email address, a URL, a bare top-level domain or an IP address. */
export function isDomain(text: string): boolean {
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(text)) return false;
  const domain = domainToASCII(text);
  return domain.length <= DOMAIN_LENGTH_MAX && DOMAIN.test(domain);
}

export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && LOCAL_PART.test(text.slice(0, at)) && isDomain(text.slice(at + 1));
}

/** 127.0.0.0/8, localhost and [::1]; IPv6 with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** https, or http on loopback; never with a user, a password or a fragment. */
export function isSafeUrl(
  text: string,
  options: { readonly query: 'allowed' | 'refused' },
): boolean {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || url.username !== '' || url.password !== '') {
    return false;
  }
  if (text.includes('#') || (options.query === 'refused' && text.includes('?'))) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}
