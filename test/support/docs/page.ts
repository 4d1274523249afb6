import type { SourceFile } from '../tidy/source.ts';

/** A page of the paper, and what stands where in it. Lines count from 1. */
export interface Page {
  readonly path: string;
  readonly headings: readonly Heading[];
  readonly fences: readonly Fence[];
  /** inline code, its line ends as spaces */
  readonly spans: readonly Placed[];
  /** the text without what stands in fences; its lines are where they were */
  readonly prose: string;
}

export interface Placed {
  readonly text: string;
  readonly line: number;
}

export interface Heading extends Placed {
  /** as GitHub makes it */
  readonly anchor: string;
}

export interface Fence extends Placed {
  readonly language: string;
  /** the nearest heading above */
  readonly heading: string;
}

const FENCE = /^```(\w*)$/;

export function readPage({ path, text }: SourceFile): Page {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  let heading = '';
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line);
    prose.push(open || fence ? '' : line);
    if (fence && !open) {
      open = { language: fence[1] ?? '', line: index + 2, lines: [] };
    } else if (fence && open) {
      const { language, lines } = open;
      fences.push({ language, heading, line: open.line, text: lines.join('\n') });
      open = undefined;
    } else if (open) {
      open.lines.push(line);
    } else {
      heading = headingOf(line) ?? heading;
    }
  }
  const rest = prose.join('\n');
  return { path, headings: headingsOf(rest), fences, spans: spansOf(rest), prose: rest };
}

/** The lines below the heading of that text, up to the next heading of its rank or above. */
export function sectionOf(page: Page, title: string): string {
  const lines = page.prose.split('\n');
  const start = lines.findIndex((line) => headingOf(line) === title);
  if (start < 0) return '';
  const rank = rankOf(lines[start] ?? '');
  const length = lines
    .slice(start + 1)
    .findIndex((line) => headingOf(line) !== undefined && rankOf(line) <= rank);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** The cells of each row of the tables in a text, without the heads. */
export function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter(
      (line, index, lines) => line.startsWith('|') && !/^\|[-|]+$/.test(lines[index + 1] ?? ''),
    )
    .filter((line) => !/^\|[-|]+$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

export function spansOf(text: string): Placed[] {
  return [...text.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map((match) => ({
    text: (match[1] ?? '').replace(/\s+/g, ' '),
    line: lineAt(text, match.index),
  }));
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function headingsOf(text: string): Heading[] {
  const seen = new Map<string, number>();
  return text.split('\n').flatMap((line, index) => {
    const title = headingOf(line);
    if (title === undefined) return [];
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return [{ text: title, line: index + 1, anchor: times === 0 ? slug : `${slug}-${times}` }];
  });
}

function headingOf(line: string): string | undefined {
  return /^#{1,6} (.*)$/.exec(line)?.[1]?.trim();
}

function rankOf(line: string): number {
  return /^#*/.exec(line)?.[0].length ?? 0;
}
