import { type CopiedTable, isEqual } from '../../db/copy/copy-database.ts';
import { countOf, listOf } from '../../lib/format.ts';
import { type CommandInput, EXIT, type ExitCode } from '../command.ts';
import { writeJson, writeParagraph } from '../terminal/write.ts';

export interface PrintedCopy {
  /** as typed, without a password */
  readonly from: string;
  readonly to: string;
  readonly tables: readonly CopiedTable[];
}

/** Prints the result and what to do next. Returns the exit code. */
export async function printCopy(input: CommandInput, copy: PrintedCopy): Promise<ExitCode> {
  const isComplete = copy.tables.every(isEqual);
  if (input.options['json'] === true) await writeJson(input.io, jsonOf(copy));
  else for (const line of linesOf(copy)) await writeParagraph(input.io, line);
  return isComplete ? EXIT.success : EXIT.needsAttention;
}

function jsonOf({ from, to, tables }: PrintedCopy) {
  return {
    from,
    to,
    complete: tables.every(isEqual),
    tables: tables.map((table) => ({
      table: table.name,
      how: table.how,
      rows: { from: table.from.rows, to: table.to.rows },
      checksum: { from: table.from.checksum, to: table.to.checksum },
      equal: isEqual(table),
      replacedTexts: table.from.replaced,
    })),
  };
}

function linesOf(copy: PrintedCopy): readonly string[] {
  const different = copy.tables.filter((table) => !isEqual(table));
  return different.length > 0 ? differenceLines(copy, different) : nextSteps(copy);
}

function differenceLines({ to }: PrintedCopy, different: readonly CopiedTable[]): string[] {
  const found = different.map(({ name, from, to: copied }) => {
    const counts = `${countOf(from.rows, 'row')} in FROM, ${countOf(copied.rows, 'row')} in TO`;
    return `${name} (${from.rows === copied.rows ? 'other values' : counts})`;
  });
  return [
    `${to} differs from FROM in ${listOf(found)}. It stays an unfinished copy.`,
    'Find what else writes to these databases, and run the same command again: it copies these tables again.',
  ];
}

function nextSteps({ from, to, tables }: PrintedCopy): string[] {
  const rows = tables
    .filter(({ how }) => how !== 'counted')
    .reduce((sum, t) => sum + t.from.rows, 0);
  const replaced = tables.reduce((sum, table) => sum + table.from.replaced, 0);
  return [
    `Copied ${countOf(rows, 'row')} to ${to}. Each table has the same rows and the same checksum.`,
    ...(replaced > 0
      ? [
          `${countOf(replaced, 'text')} had a NUL character, which PostgreSQL cannot store: U+FFFD replaces it.`,
        ]
      : []),
    `Next: set \`database: ${to}\` in sharetrail.yaml, run \`sharetrail check\`, then \`sharetrail sync\`.`,
    `Keep ${from} until you have seen a good run: it was not changed. Run nothing on it any more, except to go back.`,
    'The next run builds the search index. Until then, search does not find all events.',
  ];
}
