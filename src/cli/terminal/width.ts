import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

const ELLIPSIS = '…';
/** indented text is wrapped into at least this many cells */
const INDENTED_WIDTH_MIN = 10;
/** A command. The terminal breaks it if it must, so that it can be copied as one line. */
const IN_BACKTICKS = /`[^`\n]+`/g;
/** for a space that is not broken at; a code point for private use */
const GLUE = '\uE0FF';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many cells of a terminal the text takes. Control characters must be escaped before. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** The text if it fits into `width` cells, else as much as fits, with an ellipsis. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let left = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    left -= displayWidth(segment);
    if (left < 0) break;
    kept += segment;
  }
  return width < 1 ? '' : kept + ELLIPSIS;
}

/** Fills the text up with spaces to `width` cells. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/**
 * Lines of at most `width` cells, broken at spaces; a longer word is broken where a line ends. A
 * command in backticks stays in one line, which may be longer.
 * Without a limit, the text stays exactly as it is.
 */
export function wrap(text: string, width: number): string[] {
  if (!Number.isFinite(width)) return [text];
  const glued = text.replace(IN_BACKTICKS, (command) => command.replaceAll(' ', GLUE));
  return wrapAnsi(glued, width)
    .split('\n')
    .flatMap((line) =>
      line.includes(GLUE)
        ? [line.replaceAll(GLUE, ' ')]
        : wrapAnsi(line, width, { hard: true, trim: false }).split('\n'),
    );
}

/** The same as one text, in which every line but the first begins with the indentation. */
export function wrapIndented(text: string, indent: string, columns: number): string {
  return wrap(text, Math.max(INDENTED_WIDTH_MIN, columns - indent.length)).join(`\n${indent}`);
}
