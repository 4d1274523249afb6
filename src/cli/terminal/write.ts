import { styleText } from 'node:util';
import { escapeControls, escapeControlsBeyondAscii, escapeControlsInLines } from './escape.ts';
import type { Io } from './io.ts';
import { displayWidth, pad, truncate, wrap } from './width.ts';

const GAP = '  ';
/** a column that gives way is never squeezed below this; narrower screens get one field a line */
const SHRUNK_WIDTH_MIN = 8;
/** an absent value, so that a column never looks shifted */
const NOTHING = '-';
/** a value in a list of fields is wrapped into at least this many cells */
const FIELD_WIDTH_MIN = 10;

export interface Column<Row> {
  readonly title: string;
  /** the cell's text, straight from the data: it is escaped here */
  readonly value: (row: Row) => string | undefined;
  readonly align?: 'left' | 'right';
  /** gives way, cut with an ellipsis, where the terminal is too narrow */
  readonly shrinks?: true;
}

/**
 * A table as wide as the terminal at most; one field a line where even that is too narrow. Into a
 * file or a pipe nothing is ever cut. No rows: nothing.
 */
export async function writeTable<Row>(
  io: Io,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const cells = rows.map((row) => columns.map((column) => cellText(column.value(row))));
  const widths = fitWidths(columns, cells, io.columns);
  if (widths === undefined) {
    await writeRecords(io, columns, cells);
    return;
  }
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) =>
        pad(truncate(text, widths[at] ?? 0), widths[at] ?? 0, columns[at]?.align ?? 'left'),
      )
      .join(GAP)
      .trimEnd();
  await io.out(`${heading(io, line(columns.map(({ title }) => title)))}\n`);
  for (const texts of cells) await io.out(`${line(texts)}\n`);
}

export type Field = readonly [label: string, value: string | undefined];

/** `label  value`, a pair a line; a long value goes on below its own start. */
export async function writeFields(io: Io, fields: readonly Field[]): Promise<void> {
  await io.out(
    fieldLines(
      fields.map(([label, value]) => [label, cellText(value)]),
      io.columns,
    ),
  );
}

/** A title above what follows, bold where the terminal shows it. */
export async function writeHeading(io: Io, text: string): Promise<void> {
  await io.out(`${heading(io, escapeControls(text))}\n`);
}

/** One paragraph, wrapped under its own indentation; text from outside is escaped. */
export async function writeParagraph(io: Io, text: string): Promise<void> {
  const indent = ' '.repeat(text.length - text.trimStart().length);
  const width = Math.max(FIELD_WIDTH_MIN, io.columns - indent.length);
  const lines = wrap(escapeControls(text.trimStart()), width);
  await io.out(`${lines.map((line) => indent + line).join('\n')}\n`);
}

/** Several lines laid out already, with text from outside in them: their line ends stay. */
export async function writeLines(io: Io, text: string): Promise<void> {
  await writeText(io, escapeControlsInLines(text));
}

/** Text whose every character is meant, line ends too: a file's content, help. */
export async function writeText(io: Io, text: string): Promise<void> {
  await io.out(text.endsWith('\n') ? text : `${text}\n`);
}

/** The whole answer as one JSON document: indented for a person, one line for a program. */
export async function writeJson(io: Io, document: unknown): Promise<void> {
  const json = JSON.stringify(document, undefined, io.outIsTerminal ? 2 : 0);
  await io.out(`${escapeControlsBeyondAscii(json)}\n`);
}

/** One object a line, as they come; ends early once nobody reads. */
export async function writeJsonLines(
  io: Io,
  documents: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<void> {
  for await (const document of documents) {
    if (io.closed.aborted) return;
    await io.out(`${escapeControlsBeyondAscii(JSON.stringify(document))}\n`);
  }
}

function cellText(value: string | undefined): string {
  return value === undefined || value === '' ? NOTHING : escapeControls(value);
}

function heading(io: Io, text: string): string {
  return io.outColor ? styleText('bold', text, { validateStream: false }) : text;
}

/** Each column's width; the widest of those that may shrink give way first. */
function fitWidths<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  available: number,
): number[] | undefined {
  const widths = columns.map(({ title }, at) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[at] ?? '')), displayWidth(title)),
  );
  const gaps = GAP.length * (columns.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, gaps) - available;
  while (excess > 0) {
    const at = widestThatShrinks(columns, widths);
    if (at === undefined) return undefined;
    widths[at] = (widths[at] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function widestThatShrinks<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
): number | undefined {
  let widest: number | undefined;
  for (const [at, width] of widths.entries()) {
    const floor = Math.max(SHRUNK_WIDTH_MIN, displayWidth(columns[at]?.title ?? ''));
    if (columns[at]?.shrinks !== true || width <= floor) continue;
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = at;
  }
  return widest;
}

async function writeRecords<Row>(
  io: Io,
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
): Promise<void> {
  for (const [index, row] of cells.entries()) {
    const fields = columns.map(({ title }, at) => [title, row[at] ?? NOTHING] as const);
    await io.out((index === 0 ? '' : '\n') + fieldLines(fields, io.columns));
  }
}

function fieldLines(fields: readonly (readonly [string, string])[], columns: number): string {
  const labelWidth = Math.max(0, ...fields.map(([label]) => displayWidth(label)));
  const indent = ' '.repeat(labelWidth + GAP.length);
  const width = Math.max(FIELD_WIDTH_MIN, columns - indent.length);
  return fields
    .map(([label, value]) => pad(label, labelWidth) + GAP + wrap(value, width).join(`\n${indent}`))
    .map((line) => `${line}\n`)
    .join('');
}
