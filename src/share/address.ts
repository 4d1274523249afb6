import { domainToASCII } from 'node:url';
import { ADDRESS_LIMITS } from './limits.ts';

/** Characters that the URL standard's host parser would strip or decode. No domain contains them. */
const NOT_IN_A_DOMAIN = /[\s/?#\\:@[\]%<>]/;
/** Already canonical: nothing to lowercase, to encode or to mistake for an IPv4 address. */
const PLAIN_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
/** Checks the form only: whether an address exists, only its mail server knows. */
export const EMAIL_SHAPE = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
/** Already valid, which most addresses are: nothing to repair. */
const PLAIN_EMAIL =
  /^[a-z0-9_%+'-]+(?:\.[a-z0-9_%+'-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;
/** Zero-width characters, soft hyphens, and marks of the writing direction. */
const INVISIBLE = /\p{Cf}+/gu;
/** A mail program's form: `Ines Neves <ines@brightwater.example>`. */
const IN_BRACKETS = /^[^<>]*<([^<>]*)>$/;
const BLANKS_AT_SIGN = /\s*@\s*/g;
const NOT_IN_AN_ADDRESS = /[\p{C}<>[\],:;"]/u;
/** RFC 5321: dots separate parts of the local part. */
const MISPLACED_DOT = /^\.|\.[.@]/;
/** RFC 1123, after encoding: a host name on the internet, not an IP address. */
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;
const ASCII = /^[\x20-\x7e]*$/;
const SANDBOX_SUFFIX = '.invalid';
const ROBOT_DOMAIN = '.gserviceaccount.com';

/**
 * The email address that a person or a program has typed. Repairs what is certain: blanks,
 * invisible characters, and a name before angle brackets. Undefined if that leaves no valid address,
 * such as one without a top-level domain: Gong would reject the entire event.
 */
export function addressOf(text: string | null | undefined): string | undefined {
  if (!text || text.length > ADDRESS_LIMITS.charactersMax) return undefined;
  if (PLAIN_EMAIL.test(text)) return text;
  const visible = text.replace(INVISIBLE, '').trim();
  const inBrackets = IN_BRACKETS.exec(visible)?.[1] ?? visible;
  const address = inBrackets.trim().replace(BLANKS_AT_SIGN, '@');
  return isAddress(address) ? address : undefined;
}

/** The address as it is compared: without case. What is sent keeps the case as given. */
export function comparedAddress(email: string): string {
  return email.trim().toLowerCase();
}

/**
 * The address in `text` as given. `compared` is the address that `addressOf` finds in the text in lower
 * case; the result differs from it in nothing but case. An address stays in lower case if its domain
 * has other letters than ASCII: `forget` finds people by their domain, and SQLite ignores the case of
 * ASCII letters only.
 */
export function addressAsGiven(text: string, compared: string): string {
  const given = addressOf(text.trim());
  if (given === undefined || given.toLowerCase() !== compared) return compared;
  return ASCII.test(given.slice(given.lastIndexOf('@'))) ? given : compared;
}

function isAddress(address: string): boolean {
  if (!EMAIL_SHAPE.test(address) || NOT_IN_AN_ADDRESS.test(address)) return false;
  return !MISPLACED_DOT.test(address) && HOST_NAME.test(domainOf(address) ?? '');
}

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

const GMAIL = 'gmail.com';
const GMAIL_DOMAINS: ReadonlySet<string> = new Set([GMAIL, 'googlemail.com']);

/**
 * The same text for all spellings of one mailbox. Gmail ignores dots, what follows a `+`, and the
 * difference between its two domains. For comparison only: the address as given is looked up and sent.
 */
export function mailboxOf(email: string): string {
  const address = comparedAddress(email);
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).replace(/\+.*$/, '').replaceAll('.', '');
  const isGmail = GMAIL_DOMAINS.has(address.slice(at + 1));
  return isGmail && local !== '' ? `${local}@${GMAIL}` : address;
}

/** The people who belong to the company. */
export interface Insiders {
  /** lower case; subdomains count, too */
  readonly domains: readonly string[];
  /** lower case: addresses of the company's users, even at a domain that it no longer has */
  readonly addresses: Pick<ReadonlySet<string>, 'has'>;
  /** people of any company whose addresses must not be stored; default: none */
  readonly forgotten?: Pseudonyms;
}

/** How people are recorded whose address must not be stored. */
export interface Pseudonyms {
  /** undefined: the address may be stored */
  pseudonymOf(email: string): string | undefined;
  /** The text without their addresses. */
  scrub(text: string): string;
}

/** True if the address is an insider's. */
export function isInsider(email: string, { domains, addresses }: Insiders): boolean {
  return addresses.has(comparedAddress(email)) || isInternalAddress(email, domains);
}

/**
 * Same as `isInternalAddress`, for a Salesforce user: users of a sandbox org are internal too.
 * Salesforce Help 000386507: creating, refreshing or cloning a sandbox appends `.invalid` to the
 * email address of every user.
 */
export function isInternalSharer(email: string, domains: readonly string[]): boolean {
  return isInternalAddress(withoutSandboxSuffix(email.trim()), domains);
}

/** True for the accounts of programs in Google Cloud; they belong to no company's people. */
export function isRobotAddress(email: string): boolean {
  return domainOf(email)?.endsWith(ROBOT_DOMAIN) ?? false;
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
