import { escapeControls } from './escape.ts';
import type { Io } from './io.ts';
import { displayWidth, pad, truncate, wrapIndented } from './width.ts';
import { boldOnTerminal } from './write.ts';

const GAP = '  ';
/** a column that shrinks is never narrower than this */
const SHRUNK_WIDTH_MIN = 8;
/** shown for a missing value, so that no column looks shifted */
const MISSING = '-';

export interface Column<Row> {
  readonly title: string;
  /** the cell's text, straight from the data: it is escaped here */
  readonly value: (row: Row) => string | undefined;
  readonly align?: 'left' | 'right';
  /**
   * On a narrow terminal, its cells are truncated with an ellipsis to at least `to` cells (default
   * 8); those that shrink `last` only after all others have.
   */
  readonly shrinks?: true | { readonly to?: number; readonly last?: true };
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
  await writeFirstFitting(io, { layouts: [columns] }, rows);
}

/**
 * The same with the first of the layouts that fits. If none does, it writes each row with
 * `otherwise`, or one field of the last layout per line.
 */
export async function writeFirstFitting<Row>(
  io: Io,
  options: {
    readonly layouts: readonly (readonly Column<Row>[])[];
    readonly otherwise?: (row: Row) => Promise<void>;
  },
  rows: readonly Row[],
): Promise<void> {
  const { layouts, otherwise } = options;
  if (rows.length === 0) return;
  for (const columns of layouts) {
    const cells = cellsOf(columns, rows);
    const widths = fitWidths(columns, cells, io.columns);
    if (widths !== undefined) return writeRows(io, { columns, cells, widths });
  }
  if (otherwise) for (const row of rows) await otherwise(row);
  else await writeRecords(io, layouts.at(-1) ?? [], rows);
}

async function writeRows<Row>(
  io: Io,
  table: {
    readonly columns: readonly Column<Row>[];
    readonly cells: readonly (readonly string[])[];
    readonly widths: readonly number[];
  },
): Promise<void> {
  const { columns, cells, widths } = table;
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

function cellsOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[][] {
  return rows.map((row) => columns.map((column) => cellText(column.value(row))));
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

/**
 * Each column's width; the widest columns that may shrink do so first. Undefined if they cannot
 * shrink enough.
 */
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
  const shrinking = [...widths.keys()].filter((at) => (widths[at] ?? 0) > floorOf(columns[at]));
  const first = shrinking.filter((at) => !shrinksLast(columns[at]));
  return (first.length > 0 ? first : shrinking).reduce<number | undefined>(
    (widest, at) =>
      widest === undefined || (widths[at] ?? 0) > (widths[widest] ?? 0) ? at : widest,
    undefined,
  );
}

function floorOf<Row>(column: Column<Row> | undefined): number {
  if (column?.shrinks === undefined) return Number.POSITIVE_INFINITY;
  const { to = SHRUNK_WIDTH_MIN } = column.shrinks === true ? {} : column.shrinks;
  return Math.max(to, displayWidth(column.title));
}

function shrinksLast<Row>(column: Column<Row> | undefined): boolean {
  return typeof column?.shrinks === 'object' && column.shrinks.last === true;
}

async function writeRecords<Row>(
  io: Io,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  for (const [index, row] of cellsOf(columns, rows).entries()) {
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
