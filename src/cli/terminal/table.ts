import { escapeControls } from './escape.ts';
import type { Io } from './io.ts';
import { displayWidth, pad, truncate, wrapIndented } from './width.ts';
import { boldOnTerminal } from './write.ts';

const GAP = '  ';
/** a column that shrinks is never narrower than this; narrower screens get one field per line */
const SHRUNK_WIDTH_MIN = 8;
/** shown for a missing value, so that no column looks shifted */
const MISSING = '-';

export interface Column<Row> {
  readonly title: string;
  /** the cell's text, straight from the data: it is escaped here */
  readonly value: (row: Row) => string | undefined;
  readonly align?: 'left' | 'right';
  /** on a narrow terminal, its cells are truncated with an ellipsis */
  readonly shrinks?: true;
}

/**
 * A table that fits the terminal; one field per line if the terminal is too narrow. In a file or a
 * pipe, nothing is truncated. Without rows, it writes nothing.
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
  await io.out(`${boldOnTerminal(io, line(columns.map(({ title }) => title)))}\n`);
  for (const texts of cells) await io.out(`${line(texts)}\n`);
}

export type Field = readonly [label: string, value: string | undefined];

/** `label  value`, one pair per line; a long value continues below its own start. */
export async function writeFields(io: Io, fields: readonly Field[]): Promise<void> {
  await io.out(
    fieldLines(
      fields.map(([label, value]) => [label, cellText(value)]),
      io.columns,
    ),
  );
}

function cellText(value: string | undefined): string {
  return value === undefined || value === '' ? MISSING : escapeControls(value);
}

/** Each column's width; the widest columns shrink first. Undefined if they cannot shrink enough. */
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
    const fields = columns.map(({ title }, at) => [title, row[at] ?? MISSING] as const);
    await io.out((index === 0 ? '' : '\n') + fieldLines(fields, io.columns));
  }
}

function fieldLines(fields: readonly (readonly [string, string])[], columns: number): string {
  const labelWidth = Math.max(0, ...fields.map(([label]) => displayWidth(label)));
  const indent = ' '.repeat(labelWidth + GAP.length);
  return fields
    .map(([label, value]) => pad(label, labelWidth) + GAP + wrapIndented(value, indent, columns))
    .map((line) => `${line}\n`)
    .join('');
}
