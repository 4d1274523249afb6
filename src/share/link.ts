const LINK = /^https?:\/\/\S+$/i;

/** Whether the text is a link as Gong accepts it: http or https, without blanks. */
export function isLink(text: string): boolean {
  return LINK.test(text) && URL.canParse(text) && text.isWellFormed();
}

/**
 * The link unchanged if it is valid; otherwise encoded as a browser would, blanks included. Undefined
 * if that leaves no link: Gong would reject the entire event.
 */
export function linkOf(text: string | null | undefined): string | undefined {
  const link = text?.toWellFormed().trim();
  if (link === undefined) return undefined;
  if (isLink(link)) return link;
  const encoded = URL.parse(link)?.href;
  return encoded !== undefined && isLink(encoded) ? encoded : undefined;
}
