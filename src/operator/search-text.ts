import type { SearchQuery } from '../outbox/search.ts';
import {
  comparedEmails,
  comparedLink,
  type TermKind,
  termOf,
  wordsOf,
} from '../outbox/search-terms.ts';
import { addressOf, EMAIL_SHAPE } from '../share/address.ts';
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
/**
 * `/lightning/r/Account/ID/view`, `/ID`, `/lightning/r/ID/view`; in the fragment:
 * `/one/one.app#/sObject/ID/view`, `/sfc/#version/ID`, `/sfc/#version?selectedDocumentId=ID`
 */
const SALESFORCE_ID_IN_LINK = /[/=]([0-9A-Za-z]{15}|[0-9A-Za-z]{18})(?=[/?&]|$)/g;
/** Browsers hide the scheme. Only known hosts: a title can look like a link, too. */
const LINK_WITHOUT_SCHEME = /^(?:[\w-]+\.)+(?:google|salesforce|force|salesforce-sites)\.com\//i;
/** A link or an address as mail programs write it: `<https://…>`, `mailto:ines@brightwater.example` */
const IN_BRACKETS = /^<([^<>]*)>$/;
const MAILTO = /^mailto:([^?]*)(?:\?.*)?$/i;
/** Google's ids have 19 characters (shared drives) or more. */
const DRIVE_ID = /^[\w-]{19,}$/;

/**
 * Reads the text as a link, an address, an id, and words of a title or a name. It finds an event that
 * fits any of these.
 */
export function parseSearchText(input: string): SearchText {
  const text = input.trim();
  const bare = withoutWrapping(text);
  const link = linkOf(bare);
  if (link !== undefined) {
    const id = idInLink(link);
    const terms = [
      termOf('link', comparedLink(link.href)),
      ...(id === undefined ? [] : idTerms(id)),
    ];
    return { text, query: anyOf(terms.map((term) => [term])), ...(id !== undefined && { id }) };
  }
  const email = emailIn(bare);
  if (email !== undefined) {
    return {
      text,
      email,
      query: anyOf(comparedEmails(email).map((form) => [termOf('email', form)])),
    };
  }
  const id = isId(text) ? formOf(text) : undefined;
  const alternatives = [
    ...(/\s/.test(text) ? [] : idTerms(text).map((term) => [term])),
    ...(['title', 'name'] as const).map((kind) => wordTerms(kind, text)),
  ];
  return { text, query: anyOf(alternatives), ...(id !== undefined && { id }) };
}

function withoutWrapping(text: string): string {
  const bare = IN_BRACKETS.exec(text)?.[1]?.trim() ?? text;
  return MAILTO.exec(bare)?.[1] ?? bare;
}

/** `ines@brightwater.example`, `Ines Neves <ines@brightwater.example>` */
function emailIn(text: string): string | undefined {
  return (EMAIL_SHAPE.test(text) ? text : addressOf(text))?.toLowerCase();
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
  const link = LINK_WITHOUT_SCHEME.test(text) ? `https://${text}` : text;
  if (!/^https?:\/\//i.test(link)) return undefined;
  const url = URL.parse(link) ?? undefined;
  return (url && linkBehind(url)) ?? url;
}

/** Gmail, Calendar and Docs copy links as `https://www.google.com/url?q=LINK`. */
function linkBehind({ hostname, pathname, searchParams }: URL): URL | undefined {
  if (!GOOGLE_HOST.test(hostname) || pathname !== '/url') return undefined;
  return URL.parse(searchParams.get('q') ?? searchParams.get('url') ?? '') ?? undefined;
}

function idInLink({ hostname, pathname, searchParams, hash }: URL): string | undefined {
  if (GOOGLE_HOST.test(hostname)) {
    return GOOGLE_PATH.exec(pathname)?.[1] ?? searchParams.get('id') ?? undefined;
  }
  // The last one: `/lightning/r/ContentDocument/069…/view`.
  return [...`${pathname}${hash}`.matchAll(SALESFORCE_ID_IN_LINK)].at(-1)?.[1];
}
