import {
  type ArgumentDefinition,
  type CommandDefinition,
  EXIT,
  type Example,
  type ExitCode,
  GLOBAL_OPTIONS,
  type OptionDefinition,
} from '../command.ts';
import { displayWidth, pad, wrap } from '../terminal/width.ts';
import { rangeText } from './option-value.ts';

const WIDTH_MAX = 100;
const WIDTH_WITHOUT_TERMINAL = 80;
const INDENT = '  ';
/** a name longer than this stands on a line of its own */
const NAME_WIDTH_MAX = 24;
/** below this the description goes under the name, on the narrowest screens */
const DESCRIPTION_WIDTH_MIN = 30;

const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.success]: 'done, and nothing needs anybody',
  [EXIT.needsAttention]:
    'done, but something needs a person: an event was rejected, a source or Gong failed, ' +
    'or the run was stopped; the rest was carried out',
  [EXIT.couldNotRun]: 'could not run: usage, configuration, database',
  [EXIT.busy]: 'another run holds the tenant; nothing was done for it',
};

type Row = readonly [name: string, description: string];

/** Help for a definition's name, or for the whole program where it is ''; ends in a newline. */
export function helpText(
  definitions: readonly CommandDefinition[],
  name: string,
  columns: number,
): string {
  const width = Number.isFinite(columns) ? Math.min(columns, WIDTH_MAX) : WIDTH_WITHOUT_TERMINAL;
  const definition = definitions.find((candidate) => candidate.name === name);
  const sections = definition
    ? commandSections(definitions, definition, width)
    : programSections(definitions, width);
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function programSections(definitions: readonly CommandDefinition[], width: number): string[] {
  return [
    wrap(
      'sharetrail reports files that were shared with customers, from Salesforce and Google ' +
        'Drive, to Gong as content-shared events, each once.',
      width,
    ).join('\n'),
    'Usage: sharetrail COMMAND [options]',
    rowsSection('Commands', commandRows(definitions), width),
    rowsSection('Options of every command', globalRows(), width),
    rowsSection('Exit codes', exitRows(EXIT_MEANINGS), width),
    wrap('"sharetrail help COMMAND" says more, with examples.', width).join('\n'),
  ];
}

function commandSections(
  definitions: readonly CommandDefinition[],
  definition: CommandDefinition,
  width: number,
): string[] {
  const { name, summary, description } = definition;
  const below = definitions.filter((other) => other.name.startsWith(`${name} `));
  return [
    wrap(`sharetrail ${name}: ${summary}`, width).join('\n'),
    usage(definition, below.length > 0, width),
    ...description.map((paragraph) => wrap(paragraph, width).join('\n')),
    rowsSection('Commands', commandRows(below), width),
    rowsSection(
      'Arguments',
      definition.arguments.map((argument) => [argument.name, argument.description]),
      width,
    ),
    rowsSection('Options', definition.options.map(optionRow), width),
    rowsSection('Options of every command', globalRows(), width),
    examplesSection(definition.examples, width),
    rowsSection('Exit codes', exitRows(definition.exitCodes), width),
  ];
}

function usage(definition: CommandDefinition, hasCommandsBelow: boolean, width: number): string {
  const words = ['sharetrail', definition.name, ...definition.arguments.map(argumentText)];
  const own = definition.load ? [`${words.join(' ')} [options]`] : [];
  const below = hasCommandsBelow ? [`sharetrail ${definition.name} COMMAND [options]`] : [];
  return [...own, ...below]
    .map((line, at) => wrap(`${at === 0 ? 'Usage:' : 'Or:   '} ${line}`, width).join('\n'))
    .join('\n');
}

function commandRows(definitions: readonly CommandDefinition[]): Row[] {
  return definitions.map(({ name, summary }) => [name, summary]);
}

function globalRows(): Row[] {
  return [...GLOBAL_OPTIONS.map(optionRow), ['-h, --help', 'print this help']];
}

/** With its limits, so that no one has to find them by trying. */
function optionRow({ flags, description, value }: OptionDefinition): Row {
  const limits: string[] = [];
  if (value.kind === 'choice') limits.push(value.choices.join(', '));
  if (value.kind === 'integer') {
    limits.push(rangeText(value));
    if (value.default !== undefined) limits.push(`default ${value.default}`);
  }
  return [flags, limits.length === 0 ? description : `${description} (${limits.join('; ')})`];
}

function exitRows(codes: CommandDefinition['exitCodes']): Row[] {
  return Object.entries(codes).map(([code, meaning]) => [code, meaning]);
}

function examplesSection(examples: readonly Example[], width: number): string {
  const lines = examples.flatMap(({ command, does }) => [
    ...wrap(command, width - INDENT.length).map((line) => INDENT + line),
    ...wrap(does, width - 2 * INDENT.length).map((line) => INDENT + INDENT + line),
  ]);
  return lines.length === 0 ? '' : ['Examples:', ...lines].join('\n');
}

function rowsSection(title: string, rows: readonly Row[], width: number): string {
  if (rows.length === 0) return '';
  const names = rows
    .map(([name]) => displayWidth(name))
    .filter((length) => length <= NAME_WIDTH_MAX);
  const nameWidth = Math.max(0, ...names);
  const room = width - nameWidth - 2 * INDENT.length;
  const lines = rows.flatMap((row) =>
    room < DESCRIPTION_WIDTH_MIN ? stacked(row, width) : sideBySide(row, nameWidth, room),
  );
  return [`${title}:`, ...lines].join('\n');
}

function sideBySide([name, description]: Row, nameWidth: number, room: number): string[] {
  const lines = wrap(description, room);
  const ownLine = displayWidth(name) > nameWidth;
  const first = ownLine ? [INDENT + name] : [];
  return [
    ...first,
    ...lines.map(
      (line, at) => INDENT + pad(at === 0 && !ownLine ? name : '', nameWidth) + INDENT + line,
    ),
  ];
}

function stacked([name, description]: Row, width: number): string[] {
  const indent = INDENT + INDENT;
  return [INDENT + name, ...wrap(description, width - indent.length).map((line) => indent + line)];
}

function argumentText({ name, optional }: ArgumentDefinition): string {
  return optional ? `[${name}]` : name;
}
