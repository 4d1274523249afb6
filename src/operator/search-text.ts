import type { SearchQuery } from '../outbox/search.ts';
import {
  comparedEmail,
  comparedLink,
  type TermKind,
  termOf,
  wordsOf,
} from '../outbox/search-terms.ts';
import { EMAIL_SHAPE } from '../share/address.ts';
import { isSalesforceId, salesforceId18 } from '../vendors/salesforce/id.ts';

/** What a person typed, and what it can be. */
export interface SearchText {
  readonly text: string;
  /** an id, or a link that contains one: of a file, a delivery, or a Salesforce record */
  readonly id?: string;
  readonly email?: string;
  readonly query: SearchQuery;
}

/** Paths of Drive, Docs, Sheets, Slides and Forms: `/file/d/ID/view`, `/document/u/0/d/ID/edit`. */
const GOOGLE_PATH = /\/(?:d|folders)\/(?:e\/)?([\w-]{10,})/;
const GOOGLE_HOST = /(?:^|\.)google\.com$/;
/** `/lightning/r/Account/ID/view`, `/ID`, `/lightning/r/ID/view` */
const SALESFORCE_ID_IN_PATH = /\/([0-9A-Za-z]{15}|[0-9A-Za-z]{18})(?=\/|$)/g;
/** Google's ids have 19 characters (shared drives) or more. */
const DRIVE_ID = /^[\w-]{19,}$/;

/**
 * Reads the text as a link, an address, an id, and words of a title or a name. It finds an event that
 * fits any of these.
 */
export function parseSearchText(input: string): SearchText {
  const text = input.trim();
  const link = linkOf(text);
  if (link !== undefined) {
    const id = idInLink(link);
    const terms = [termOf('link', comparedLink(text)), ...(id === undefined ? [] : idTerms(id))];
    return { text, query: anyOf(terms.map((term) => [term])), ...(id !== undefined && { id }) };
  }
  if (EMAIL_SHAPE.test(text)) {
    const email = comparedEmail(text);
    return { text, email, query: anyOf([[termOf('email', email)]]) };
  }
  const id = isId(text) ? formOf(text) : undefined;
  const alternatives = [
    ...(/\s/.test(text) ? [] : idTerms(text).map((term) => [term])),
    ...(['title', 'name'] as const).map((kind) => wordTerms(kind, text)),
  ];
  return { text, query: anyOf(alternatives), ...(id !== undefined && { id }) };
}

function anyOf(alternatives: readonly (readonly string[])[]): SearchQuery {
  return { anyOf: alternatives.filter((terms) => terms.length > 0) };
}

function wordTerms(kind: TermKind, text: string): string[] {
  return wordsOf(text).map((word) => termOf(kind, word));
}

/** A Salesforce id is stored in the 18-character form. */
function idTerms(id: string): string[] {
  return [...new Set([id, formOf(id)])].map((form) => termOf('id', form));
}

function formOf(id: string): string {
  return isSalesforceId(id) ? salesforceId18(id) : id;
}

function isId(text: string): boolean {
  return isSalesforceId(text) || DRIVE_ID.test(text);
}

function linkOf(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}

function idInLink({ hostname, pathname, searchParams }: URL): string | undefined {
  if (GOOGLE_HOST.test(hostname)) {
    return GOOGLE_PATH.exec(pathname)?.[1] ?? searchParams.get('id') ?? undefined;
  }
  // The last one: `/lightning/r/ContentDocument/069…/view`.
  return [...pathname.matchAll(SALESFORCE_ID_IN_PATH)].at(-1)?.[1];
}
