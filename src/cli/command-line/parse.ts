import type { Command, CommanderError } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { missingValue } from './commander-option.ts';
import { buildProgram, subcommand } from './commander-program.ts';
import { splitTime } from './split-time.ts';
import { isGlobal } from './suggestions.ts';
import {
  missingArgument,
  nameOf,
  optionBeforeCommand,
  optionBetween,
  tooManyArguments,
  unknownCommand,
  unknownOption,
} from './usage-problems.ts';

/** What the command line asks for. */
export type Parsed =
  | {
      readonly kind: 'run';
      readonly definition: CommandDefinition;
      readonly arguments: readonly string[];
      readonly options: Readonly<Record<string, unknown>>;
    }
  /** `command` is a definition's name, '' for the program; not `requested`: words are missing */
  | { readonly kind: 'help'; readonly command: string; readonly requested: boolean }
  | { readonly kind: 'version' };

type Definitions = readonly CommandDefinition[];

/**
 * Reads the words after `sharetrail`. Global options may come anywhere, a command's own options
 * after its name. An invalid word is an error even next to `--help`. Throws UsageError.
 */
export function parseArguments(definitions: Definitions, words: readonly string[]): Parsed {
  let parsed: Parsed | undefined;
  const program = buildProgram(definitions);
  for (const command of withSubcommands(program)) {
    command.exitOverride((error) => refuse(command, { error, words, definitions }));
    command.action(() => {
      parsed = parsedAt(command, { words, definitions });
    });
  }
  program.parse(words, { from: 'user' });
  if (parsed === undefined) throw new Error('commander neither ran a command nor stopped');
  return parsed;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Why commander stopped at this command. Its own messages are not shown. */
function refuse(
  command: Command,
  stop: {
    readonly error: CommanderError;
    readonly words: readonly string[];
    readonly definitions: Definitions;
  },
): never {
  const { error, words, definitions } = stop;
  if (error.code === 'commander.optionMissingArgument') {
    // Only the last word of a line can lack its value.
    const flag = words.at(-1) ?? '';
    const option = command.options.find(({ long, short }) => long === flag || short === flag);
    throw missingValue(option?.flags ?? flag);
  }
  if (error.code !== 'commander.unknownOption') throw error;
  const [first = ''] = command.args;
  if (command.commands.length > 0 && !first.startsWith('-')) {
    throw splitTime(command, words) ?? unknownCommand(command, first, definitions);
  }
  const given = command.args.find((word) => /^-\D/.test(word)) ?? first;
  const before =
    command.parent === null ? optionBeforeCommand(given, command.args, definitions) : undefined;
  throw before ?? unknownOption(command, given, definitions);
}

/** What a line means that ends at this command. Throws UsageError. */
function parsedAt(
  command: Command,
  { words, definitions }: { readonly words: readonly string[]; readonly definitions: Definitions },
): Parsed {
  const name = nameOf(command);
  const options = optionsAt(command);
  const { args } = command;
  if (name === 'help') return helpOn(rootOf(command), args, definitions);
  const definition = definitions.find((one) => one.name === name);
  const split = args.length > 0 ? splitTime(command, words) : undefined;
  if (split !== undefined) throw split;
  checkWords(command, { definition, definitions });
  if (options['help'] === true) return { kind: 'help', command: name, requested: true };
  if (options['version'] === true) return { kind: 'version' };
  if (definition?.load === undefined) return { kind: 'help', command: name, requested: false };
  const missing = definition.arguments[args.length];
  if (missing !== undefined && missing.optional !== true) {
    throw missingArgument(definition, missing);
  }
  return { kind: 'run', definition, arguments: args, options };
}

/** Refuses words that are neither a command nor an argument. */
function checkWords(
  command: Command,
  {
    definition,
    definitions,
  }: {
    readonly definition: CommandDefinition | undefined;
    readonly definitions: Definitions;
  },
): void {
  const { args } = command;
  const [word] = args;
  if (word === undefined) return;
  if (definition === undefined || command.commands.length > 0) {
    throw unknownCommand(command, word, definitions);
  }
  const { arguments: expected } = definition;
  const isList = expected.some(({ name }) => name.endsWith('…'));
  if (!isList && args.length > expected.length) throw tooManyArguments(definition, args);
}

/** The command's options and the global ones of the commands before it in the line. */
function optionsAt(command: Command): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  let below = command;
  for (let above = command.parent; above !== null; above = above.parent) {
    for (const option of above.options) {
      const name = option.attributeName();
      if (above.getOptionValueSource(name) !== 'cli') continue;
      const flag = option.long ?? option.flags;
      if (above.parent !== null && !isGlobal(flag)) throw optionBetween(flag, above, below);
      options[name] = above.getOptionValue(name);
    }
    below = above;
  }
  return { ...options, ...command.opts() };
}

/** Help for the command that the words name from this one on. */
function helpOn(command: Command, words: readonly string[], definitions: Definitions): Parsed {
  const [word, ...rest] = words;
  if (word === undefined) return { kind: 'help', command: nameOf(command), requested: true };
  const below = subcommand(command, word);
  if (below === undefined) throw unknownCommand(command, word, definitions);
  return helpOn(below, rest, definitions);
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
