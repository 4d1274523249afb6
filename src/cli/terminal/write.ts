import { styleText } from 'node:util';
import { escapeControls, escapeControlsBeyondAscii, escapeControlsInLines } from './escape.ts';
import type { Io } from './io.ts';
import { wrap, wrapIndented } from './width.ts';

const INDENT = '  ';
const STACK_LINE = /^ {4}at /;

/** A title, bold on a terminal. */
export async function writeHeading(io: Io, text: string): Promise<void> {
  const lines = wrap(escapeControls(text), io.columns);
  await io.out(`${lines.map((line) => boldOnTerminal(io, line)).join('\n')}\n`);
}

/**
 * One paragraph with its commands as the user types them, wrapped under its own indentation; text
 * from outside is escaped.
 */
export async function writeParagraph(io: Io, text: string): Promise<void> {
  await io.out(`${paragraph(escapeControls(io.asTyped(text)), io.columns)}\n`);
}

/** The same for an item of a list: its other lines are indented under its text. */
export async function writeItem(io: Io, mark: string, text: string): Promise<void> {
  const indent = ' '.repeat(mark.length + 1);
  const wrapped = wrapIndented(escapeControls(io.asTyped(text)), indent, io.columns);
  await io.out(`${mark} ${wrapped}\n`);
}

/** Text from outside as one line, indented where it wraps: nothing in it becomes a command. */
export async function writePlanLine(io: Io, text: string): Promise<void> {
  await io.out(`${wrapIndented(escapeControls(text), INDENT, io.columns)}\n`);
}

/** Paragraphs on standard error, one for each line of the text; stack traces are not wrapped. */
export function writeError(io: Io, text: string): void {
  const lines = escapeControlsInLines(io.asTyped(text).trimEnd()).split('\n');
  const wrapped = lines.map((line) =>
    STACK_LINE.test(line) ? line : paragraph(line, io.errColumns),
  );
  io.err(`${wrapped.join('\n')}\n`);
}

/** Lines that are laid out already; text from outside in them is escaped. */
export async function writeLines(io: Io, text: string): Promise<void> {
  await writeText(io, escapeControlsInLines(text));
}

/** Text to be written exactly as it is: the content of a file. */
export async function writeText(io: Io, text: string): Promise<void> {
  await io.out(text.endsWith('\n') ? text : `${text}\n`);
}

/** One JSON document, indented on a terminal. */
export async function writeJson(io: Io, document: unknown): Promise<void> {
  const json = JSON.stringify(document, undefined, io.outIsTerminal ? 2 : 0);
  await io.out(`${escapeControlsBeyondAscii(json)}\n`);
}

/** One JSON object per line, as they come; stops once the output has no reader. */
export async function writeJsonLines(
  io: Io,
  documents: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<void> {
  for await (const document of documents) {
    if (io.closed.aborted) return;
    await io.out(`${escapeControlsBeyondAscii(JSON.stringify(document))}\n`);
  }
}

export function boldOnTerminal(io: Io, text: string): string {
  return io.outColor ? styleText('bold', text, { validateStream: false }) : text;
}

function paragraph(text: string, columns: number): string {
  const start = text.trimStart();
  const indent = text.slice(0, text.length - start.length);
  return indent + wrapIndented(start, indent, columns);
}
