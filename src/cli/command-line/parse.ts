import { Command, CommanderError } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { buildProgram, commandNamed, subcommand } from './commander-program.ts';
import { UsageError } from './usage-error.ts';

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

/**
 * Reads the words after `sharetrail`. Global options may come before or after the command's name,
 * its own options after it. Throws UsageError.
 */
export function parseArguments(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
): Parsed {
  let parsed: Parsed | undefined;
  const program = buildProgram(definitions);
  for (const command of withSubcommands(program)) {
    command.hook('preSubcommand', refuseOptionsBetween).exitOverride((error) => {
      parsed = outcomeOf(command, { error, definitions });
      throw error;
    });
  }
  for (const definition of definitions) {
    if (definition.load === undefined) continue;
    const command = commandNamed(program, definition.name);
    command.action(() => {
      const options = { ...program.opts(), ...command.opts() };
      parsed = { kind: 'run', definition, arguments: command.args, options };
    });
  }
  commandNamed(program, 'help').action((names: string[]) => {
    parsed = helpOn(program, names);
  });
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  if (parsed === undefined) throw new Error('commander neither ran a command nor stopped');
  return parsed;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** What it means that commander stopped at this command. Throws UsageError if it is an error. */
function outcomeOf(
  command: Command,
  stop: { readonly error: CommanderError; readonly definitions: readonly CommandDefinition[] },
): Parsed {
  const { error, definitions } = stop;
  const [word = ''] = command.args;
  switch (error.code) {
    case 'commander.version':
      return { kind: 'version' };
    case 'commander.help':
      return { kind: 'help', command: nameOf(command), requested: false };
    case 'commander.helpDisplayed':
      return helpOn(command, command.args);
    case 'commander.excessArguments':
      // commander takes the misspelled name of a subcommand for an argument.
      if (command.commands.length > 0) refuseSubcommand(command, word);
      break;
    case 'commander.unknownOption':
      if (command.parent === null) refuseOptionBefore(definitions, word);
      break;
  }
  throw usageError(command, error);
}

/** Help for the command that the words name from this one on; options end the name. */
function helpOn(command: Command, words: readonly string[]): Parsed {
  const [word, ...rest] = words.filter((one) => one !== '--help' && one !== '-h');
  if (word === undefined || word.startsWith('-') || command.commands.length === 0) {
    return { kind: 'help', command: nameOf(command), requested: true };
  }
  return helpOn(subcommand(command, word) ?? refuseSubcommand(command, word), rest);
}

/** commander suggests a name only if the command has no action, so a copy without one refuses. */
function refuseSubcommand(command: Command, word: string): never {
  const names = new Command().helpCommand(false).configureOutput(command.configureOutput());
  for (const below of command.commands) names.command(below.name());
  names.exitOverride((error) => {
    throw usageError(command, error);
  });
  names.parse([word], { from: 'user' });
  throw new Error(`"${word}" is a command`);
}

/** `events --limit 3 show ID`: the option would belong to `events` and have no effect. */
function refuseOptionsBetween(command: Command, below: Command): void {
  if (command.parent === null) return;
  const given = command.options.find(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given === undefined) return;
  throw new UsageError(`"${given.long}" comes between "${command.name()}" and "${below.name()}"`, {
    hint: `Put options at the end: sharetrail ${nameOf(below)} …`,
  });
}

/** `--dry-run sync`: a command's own option before the command. */
function refuseOptionBefore(definitions: readonly CommandDefinition[], word: string): void {
  const [flag = word] = word.split('=');
  const owner = definitions.find(({ options }) =>
    options.some(({ flags }) => flags.split(/[ ,]+/).includes(flag)),
  );
  if (owner === undefined) return;
  throw new UsageError(`"${flag}" comes before the command`, {
    hint: `Put it after the command: sharetrail ${owner.name} ${flag}`,
  });
}

function usageError(command: Command, error: CommanderError): UsageError {
  return new UsageError(error.message.replace(/^error: /, ''), {
    hint: `See "${`sharetrail help ${nameOf(command)}`.trim()}".`,
    cause: error,
  });
}

/** `events show`; '' for the program. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null ? '' : `${nameOf(parent)} ${command.name()}`.trim();
}
