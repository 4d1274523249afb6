import { hash } from 'node:crypto';
import type { Match } from '../crm/match.ts';
import type { Share } from '../share/share.ts';
import { SEARCH_LIMITS } from './limits.ts';

/** What a term is; an id and a word of a title that look the same are different terms. */
export type TermKind = 'id' | 'email' | 'link' | 'title' | 'name';

/**
 * The form in which a term is indexed and searched. Only this hash is stored, so that the index
 * contains no readable address or title.
 */
export function termOf(kind: TermKind, text: string): string {
  return hash('sha256', `${kind} ${text}`).slice(0, SEARCH_LIMITS.termHexDigits);
}

/**
 * The words of a text as they are compared: lower case, without accents. Any other character than a
 * letter or digit ends a word.
 */
export function wordsOf(text: string): string[] {
  // Upper case first: it turns ß into SS.
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase();
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return [...new Set(words)].slice(0, SEARCH_LIMITS.wordsPerTextMax);
}

/** An address as it is compared. */
export function comparedEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** A link as it is compared: host in lower case, without the fragment and the last slash. */
export function comparedLink(link: string): string {
  const url = URL.parse(link.trim());
  if (url === null) return link.trim();
  url.hash = '';
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
  const names = Object.values(match?.names ?? {});
  add('id', [content.id, share.shareId, related?.id, sharer?.id, ...objectIds]);
  add(
    'email',
    people.flatMap(({ email }) => (email === undefined ? [] : comparedEmail(email))),
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
  add('name', names.flatMap(wordsOf));
  return terms;
}
