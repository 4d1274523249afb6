import type { Command } from 'commander';
import { countOf } from '../../lib/format.ts';
import type { ArgumentDefinition, CommandDefinition } from '../command.ts';
import { concernsTenants } from '../hints/as-typed.ts';
import { flagsOf, suggestCommands, suggestOptions } from './suggestions.ts';
import { UsageError } from './usage-error.ts';

/** `events show`; '' for the program. */
export function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null ? '' : `${nameOf(parent)} ${command.name()}`.trim();
}

export function unknownCommand(
  command: Command,
  word: string,
  definitions: readonly CommandDefinition[],
): UsageError {
  const name = nameOf(command);
  const meant = suggestCommands({ command, name }, word, definitions);
  return new UsageError(`unknown command "${`${name} ${word}`.trim()}"`, {
    hint: `${meant}${seeHelp(name)}`,
  });
}

/** `given` is the word as typed: `--limit=3` */
export function unknownOption(
  command: Command,
  given: string,
  definitions: readonly CommandDefinition[],
): UsageError {
  const name = nameOf(command);
  const [flag = given] = given.split('=');
  const own = flagsOf(command.options);
  if (own.includes(flag)) {
    return new UsageError(`"${flag}" takes no value`, { hint: `Write ${flag} alone.` });
  }
  const where = name === '' ? '' : ` for "${name}"`;
  return new UsageError(`unknown option "${flag}"${where}`, {
    hint: `${suggestOptions(flag, own, definitions)}${seeHelp(name)}`,
  });
}

/** `--dry-run sync`: a command's own option before the command; undefined if no command has it. */
export function optionBeforeCommand(
  given: string,
  words: readonly string[],
  definitions: readonly CommandDefinition[],
): UsageError | undefined {
  const [flag = given] = given.split('=');
  const owners = definitions.filter(({ options }) => flagsOf(options).includes(flag));
  const owner = owners.find(({ name }) => words.includes(name)) ?? owners[0];
  if (owner === undefined) return undefined;
  return new UsageError(`"${flag}" comes before the command`, {
    hint: `Write it after the command: \`sharetrail ${owner.name} ${given}\`.`,
  });
}

/** `events --limit 3 show ID`: the option would belong to `events` and have no effect. */
export function optionBetween(flag: string, command: Command, below: Command): UsageError {
  return new UsageError(`"${flag}" comes between "${command.name()}" and "${below.name()}"`, {
    hint: `Write options after "${nameOf(below)}". ${seeHelp(nameOf(below))}`,
  });
}

export function tooManyArguments(
  { name, arguments: expected }: Pick<CommandDefinition, 'name' | 'arguments'>,
  words: readonly string[],
): UsageError {
  const got = words.map((word) => `"${word}"`).join(' ');
  if (expected.length > 0) {
    const terms = expected.map((argument) => argument.name).join(' ');
    return new UsageError(
      `too many arguments for "${name}": expected ${terms}, but got ` +
        `${countOf(words.length, 'word')}: ${got}`,
      { hint: seeHelp(name) },
    );
  }
  return new UsageError(`too many arguments for "${name}": expected none, but got ${got}`, {
    hint: `${concernsTenants(name) ? 'To select a tenant, write --tenant NAME. ' : ''}${seeHelp(name)}`,
  });
}

/** Says what is missing and where to find it. */
export function missingArgument(
  { name, examples }: Pick<CommandDefinition, 'name' | 'examples'>,
  { name: term, description }: ArgumentDefinition,
): UsageError {
  const [example] = examples;
  const text = example === undefined ? '' : `Example: \`${example.command}\`. `;
  return new UsageError(`"${name}" needs ${term}: ${description}`, {
    hint: `${text}${seeHelp(name)}`,
  });
}

function seeHelp(name: string): string {
  return `See \`${`sharetrail help ${name}`.trim()}\`.`;
}
