import { Command, CommanderError, Option } from 'commander';
import { type CommandDefinition, GLOBAL_OPTIONS, type OptionDefinition } from '../command.ts';
import { optionReader } from './option-value.ts';
import { UsageError, unknownWord } from './usage-error.ts';

/** What the command line asks for. */
export type Parsed =
  | {
      readonly kind: 'run';
      readonly definition: CommandDefinition;
      readonly arguments: readonly string[];
      readonly options: Readonly<Record<string, unknown>>;
    }
  /** `command` is a definition's name, '' for the program; not `asked`: words are missing */
  | { readonly kind: 'help'; readonly command: string; readonly asked: boolean }
  | { readonly kind: 'version' };

const HELP_FLAGS = '-h, --help';
const VERSION_FLAGS = '-V, --version';

/**
 * Reads the words after `sharetrail`: options of every command may stand before or after the
 * command's name, its own ones after it. Throws UsageError.
 */
export function parseArguments(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
): Parsed {
  const program = grammar(GLOBAL_OPTIONS).option(VERSION_FLAGS).passThroughOptions();
  const before = read(program, words, '');
  const rest = program.args;
  if (before['version'] === true) return { kind: 'version' };
  if (rest[0]?.startsWith('-')) throw misplacedOption(definitions, rest[0]);
  if (rest[0] === 'help') return helpOn(definitions, rest.slice(1));
  const definition = findCommand(definitions, rest);
  if (definition === undefined) {
    if (rest[0] !== undefined) throw unknownCommand(definitions, '', rest[0]);
    return { kind: 'help', command: '', asked: before['help'] === true };
  }
  return readCommand(definitions, definition, { before, rest });
}

function readCommand(
  definitions: readonly CommandDefinition[],
  definition: CommandDefinition,
  { before, rest }: { before: Record<string, unknown>; rest: readonly string[] },
): Parsed {
  const { name } = definition;
  const command = grammar([...definition.options, ...GLOBAL_OPTIONS]);
  const { help, ...after } = read(command, rest.slice(name.split(' ').length), name);
  const words = command.args;
  refuseExcess(definitions, definition, words);
  if (help === true || before['help'] === true) return { kind: 'help', command: name, asked: true };
  if (definition.load === undefined) return { kind: 'help', command: name, asked: false };
  const absent = definition.arguments[words.length];
  if (absent !== undefined && !absent.optional) {
    throw new UsageError(`"sharetrail ${name}" needs ${absent.name}: ${absent.description}`, {
      hint: seeHelp(name),
    });
  }
  const options = merge(definition, before, after);
  return { kind: 'run', definition, arguments: words, options };
}

/** commander reads the options; what follows from them is decided here. */
function grammar(options: readonly OptionDefinition[]): Command {
  const command = new Command()
    .exitOverride()
    .helpOption(false)
    .helpCommand(false)
    .allowExcessArguments(true)
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => {} })
    .option(HELP_FLAGS);
  for (const definition of options) {
    const option = commanderOption(definition);
    const reader = optionReader(definition);
    command.addOption(reader === undefined ? option : option.argParser(reader));
  }
  // A name before the words of `read` is an argument; only then are later options left alone.
  return command.argument('[words...]');
}

/** commander wants a value's name in angle brackets. */
function commanderOption({ flags }: OptionDefinition): Option {
  return new Option(flags.replace(/ ([A-Z]+)$/, ' <$1>'));
}

function read(command: Command, words: readonly string[], name: string): Record<string, unknown> {
  const isProgram = name === '';
  try {
    command.allowUnknownOption(isProgram).parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const unknown = /unknown option '(.*)'/s.exec(error.message)?.[1];
    if (unknown !== undefined) throw unknownOption(command, unknown, name);
    const message = error.message
      .replace(/^error: (?:option )?/, '')
      .replace('argument missing', 'was given no value')
      .replaceAll("'", '"')
      .replaceAll(/[<>]/g, '');
    throw new UsageError(message, { hint: seeHelp(name), cause: error });
  }
  return command.opts();
}

/** The definition with the most words that the line begins with. */
function findCommand(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
): CommandDefinition | undefined {
  return definitions
    .filter(({ name }) => name.split(' ').every((word, at) => word === words[at]))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function helpOn(definitions: readonly CommandDefinition[], words: readonly string[]): Parsed {
  const wanted = words.filter((word) => !word.startsWith('-'));
  const command = findCommand(definitions, wanted)?.name ?? '';
  const beyond = wanted[command === '' ? 0 : command.split(' ').length];
  if (beyond !== undefined) throw unknownCommand(definitions, command, beyond);
  return { kind: 'help', command, asked: true };
}

/** A word too many is most often a misspelt command. */
function refuseExcess(
  definitions: readonly CommandDefinition[],
  definition: CommandDefinition,
  words: readonly string[],
): void {
  const { name, arguments: expected } = definition;
  const word = words[expected.length];
  if (word === undefined || expected.at(-1)?.name.endsWith('…')) return;
  const children = wordsBelow(definitions, name);
  if (children.includes(word)) {
    throw new UsageError(`options stand between "${name}" and "${word}"`, {
      hint: `Put them at the end: sharetrail ${name} ${word} …`,
    });
  }
  if (children.length > 0) throw unknownCommand(definitions, name, word);
  throw new UsageError(`"${word}" is one word too many for "sharetrail ${name}"`, {
    hint: seeHelp(name),
  });
}

function unknownCommand(
  definitions: readonly CommandDefinition[],
  within: string,
  word: string,
): UsageError {
  const candidates = wordsBelow(definitions, within);
  return unknownWord({ kind: 'command', word, candidates, within });
}

function unknownOption(command: Command, word: string, within: string): UsageError {
  const candidates = command.options.flatMap(({ long }) => long ?? []);
  return unknownWord({ kind: 'option', word: word.split('=')[0] ?? word, candidates, within });
}

/** An option before the command: one of a command's own, or none at all. */
function misplacedOption(definitions: readonly CommandDefinition[], word: string): UsageError {
  const flag = word.split('=')[0] ?? word;
  const owner = definitions.find(({ options }) =>
    options.some(({ flags }) => flags.split(/[ ,]+/).includes(flag)),
  );
  if (owner !== undefined) {
    return new UsageError(`"${flag}" stands before the command`, {
      hint: `Put it after: sharetrail ${owner.name} ${flag}`,
    });
  }
  const own = [...GLOBAL_OPTIONS.map(({ flags }) => flags), HELP_FLAGS, VERSION_FLAGS];
  const candidates = own.flatMap((flags) => /--[a-z-]+/.exec(flags) ?? []);
  return unknownWord({ kind: 'option', word: flag, candidates, within: '' });
}

/** The words that may follow a command's name: `show` after `events`. */
function wordsBelow(definitions: readonly CommandDefinition[], name: string): string[] {
  const prefix = name === '' ? '' : `${name} `;
  const below = definitions
    .filter((definition) => definition.name.startsWith(prefix) && definition.name !== name)
    .map((definition) => definition.name.slice(prefix.length).split(' ')[0] ?? '');
  return [...new Set(below)];
}

/** Lists that were given before and after the command's name are one; defaults come last. */
function merge(
  definition: CommandDefinition,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before, ...after };
  for (const { flags, value } of [...definition.options, ...GLOBAL_OPTIONS]) {
    const key = new Option(flags.split(' ')[0] ?? flags).attributeName();
    if (value.kind === 'list' && merged[key] !== undefined) {
      merged[key] = [...listOf(before[key]), ...listOf(after[key])];
    }
    if (value.kind === 'integer' && value.default !== undefined) merged[key] ??= value.default;
  }
  return merged;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function seeHelp(name: string): string {
  return `"${`sharetrail help ${name}`.trim()}" shows what it takes.`;
}
