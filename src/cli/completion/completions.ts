import { type CommandDefinition, GLOBAL_OPTIONS, type OptionDefinition } from '../command.ts';

/** A word that a shell can offer. */
export interface Offer {
  readonly word: string;
  readonly description: string;
}

/** What follows an option that takes a value. */
export type Value =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** nothing can be offered */
  | { readonly kind: 'any' };

export interface CompletedOption extends Offer {
  /** absent: a flag */
  readonly value?: Value;
}

/** What can follow the words of a command. */
export interface CompletedCommand {
  /** `events show`; empty: nothing was typed yet */
  readonly name: string;
  readonly subcommands: readonly Offer[];
  readonly options: readonly CompletedOption[];
  /** words for its first argument */
  readonly words: readonly string[];
  /** true: its argument is a file */
  readonly takesFile: boolean;
}

const HELP: Offer = { word: '--help', description: 'show the help of the command' };
/** commands whose argument is a file */
const FILE_ARGUMENT = 'FILE';
const SHELL_ARGUMENT = 'SHELL';
const TENANT_OPTION = '--tenant';
const FOLDER_OPTION = '--config';

/** All commands, including those that only group others, and the empty one. */
export function completionsOf(
  definitions: readonly CommandDefinition[],
  shells: readonly string[],
): CompletedCommand[] {
  const globals = GLOBAL_OPTIONS.map(optionOf);
  const named = definitions.map((definition): CompletedCommand => {
    const { name, options } = definition;
    const [argument] = definition.arguments;
    return {
      name,
      subcommands: childrenOf(name, definitions),
      options: [...options.map(optionOf), ...globals, HELP],
      words: argument?.name === SHELL_ARGUMENT ? shells : [],
      takesFile: argument?.name === FILE_ARGUMENT,
    };
  });
  const root = {
    name: '',
    subcommands: childrenOf('', definitions),
    options: [...globals, HELP, { word: '--version', description: 'show the version' }],
    words: [],
    takesFile: false,
  };
  return [root, ...named];
}

/** The options that take a value, of all commands: what follows them is not a command. */
export function optionsWithValue(commands: readonly CompletedCommand[]): string[] {
  const options = commands.flatMap((command) => command.options);
  return [...new Set(options.flatMap(({ word, value }) => (value ? [word] : [])))];
}

function childrenOf(parent: string, definitions: readonly CommandDefinition[]): Offer[] {
  const prefix = parent === '' ? '' : `${parent} `;
  return definitions.flatMap(({ name, summary }) => {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    return rest === '' || rest.includes(' ') ? [] : [{ word: rest, description: summary }];
  });
}

function optionOf({ flags, description, value }: OptionDefinition): CompletedOption {
  const [word = ''] = flags.split(' ');
  if (value.kind === 'flag') return { word, description };
  if (value.kind === 'choice') {
    return { word, description, value: { kind: 'choice', choices: value.choices } };
  }
  if (word === TENANT_OPTION) return { word, description, value: { kind: 'tenant' } };
  return { word, description, value: { kind: word === FOLDER_OPTION ? 'folder' : 'any' } };
}
