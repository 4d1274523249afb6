import type { Match } from '../crm/match.ts';
import { comparedAddress, mailboxOf } from '../share/address.ts';
import type { Share } from '../share/share.ts';
import { SEARCH_LIMITS } from './limits.ts';

/** What a term is; an id and a word of a title that look the same are different terms. */
export type TermKind = 'id' | 'email' | 'link' | 'title' | 'name';

/**
 * The form in which a term is indexed and searched. Only this hash is stored, so that the index
 * contains no readable address or title. It has 64 bits (twice FNV-1a, with different seeds): a
 * cryptographic hash takes ten times as long, and a search checks what it finds.
 */
export function termOf(kind: TermKind, text: string): string {
  let one = SEEDS[kind];
  let other = ~SEEDS[kind];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, FNV_PRIME);
    other = Math.imul(other ^ code, FNV_PRIME) ^ (other >>> 15);
  }
  return (one >>> 0).toString(16) + (other >>> 0).toString(16).padStart(8, '0');
}

const FNV_PRIME = 0x01000193;
/** So that an id and a word that look the same have different hashes. */
const SEEDS: Readonly<Record<TermKind, number>> = {
  id: 0x811c9dc5,
  email: 0x2f3a1b97,
  link: 0x6b8d4c21,
  title: 0x1d4e5f63,
  name: 0x59c7a38d,
};

/**
 * The words of a text as they are compared: lower case, without accents. Any other character than a
 * letter or digit ends a word.
 */
export function wordsOf(text: string): string[] {
  const words = ASCII.test(text)
    ? text.toLowerCase().split(/[^a-z0-9]+/)
    : withoutAccents(text).split(/[^\p{L}\p{N}]+/u);
  const distinct = new Set(words);
  distinct.delete('');
  return [...distinct].slice(0, SEARCH_LIMITS.wordsPerTextMax);
}

/** Most titles, and much faster to split. */
const ASCII = /^[\x20-\x7e]*$/;

function withoutAccents(text: string): string {
  // Upper case first: it turns ß into SS.
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase();
}

/** An address as it is compared: the address itself, and the mailbox that Gmail delivers it to. */
export function comparedEmails(email: string): readonly string[] {
  return [...new Set([comparedAddress(email), mailboxOf(email)])];
}

/**
 * A link as it is compared: host in lower case, without the last slash, and without a fragment that is
 * a place in the page. A fragment with a slash is a path: Salesforce has public links such as
 * `/sfc/p/#00D…/a/…`, which differ in nothing else.
 */
export function comparedLink(link: string): string {
  const url = URL.parse(link.trim());
  if (url === null) return link.trim();
  if (!url.hash.includes('/')) url.hash = '';
  return url.href.replace(/\/$/, '');
}

/** All terms by which the event of a share can be found. */
export function termsOf({ share, match }: { readonly share: Share; readonly match?: Match }) {
  const terms = new Set<string>();
  const add = (kind: TermKind, texts: Iterable<string | undefined>) => {
    for (const text of texts) if (text !== undefined) terms.add(termOf(kind, text));
  };
  const { content, sharer, drive, related } = share;
  const recipients = match?.recipients ?? [];
  const people = [...(drive?.grantees ?? []), ...recipients, ...(sharer ? [sharer] : [])];
  const objects = [...(match?.objects ?? []), ...recipients.flatMap(({ object }) => object ?? [])];
  const objectIds = objects.map(({ id }) => id);
  add('id', [content.id, content.versionId, share.shareId, related?.id, sharer?.id, ...objectIds]);
  add(
    'email',
    people.flatMap(({ email }) => (email === undefined ? [] : comparedEmails(email))),
  );
  add(
    'link',
    [content.url, content.infoUrl].map((link) => link && comparedLink(link)),
  );
  add('title', wordsOf(content.title));
  add(
    'name',
    people.flatMap(({ name = '' }) => wordsOf(name)),
  );
  add(
    'name',
    objects.flatMap(({ name = '' }) => wordsOf(name)),
  );
  return terms;
}
