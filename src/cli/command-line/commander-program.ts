import { Command, Option } from 'commander';
import { type CommandDefinition, EXIT_CODES, GLOBAL_OPTIONS } from '../command.ts';
import { commanderOption } from './commander-option.ts';
import { type HelpDetails, HelpLayout } from './help-layout.ts';

const GLOBAL = 'Global options:';
const DESCRIPTION = [
  'Finds the files that people shared with customers in Salesforce and Google Drive, and reports ' +
    'each share to Gong once, as a content-shared event.',
  'Run `sharetrail help COMMAND` for details and examples.',
];
/** What help shows of `help`, which has no definition. */
const HELP: HelpDetails = {
  arguments: [{ name: 'COMMAND', description: 'name of the command', optional: true }],
  examples: [],
  exitCodes: {},
};

/** commander's commands for the definitions, without actions; `events show` is below `events`. */
export function buildProgram(definitions: readonly CommandDefinition[]): Command {
  const globalOptions = GLOBAL_OPTIONS.map((option) => commanderOption(option).helpGroup(GLOBAL));
  const equip = (command: Command, details: HelpDetails): Command => {
    const version = new Option('-V, --version', 'print the version').helpGroup(GLOBAL);
    // Valid everywhere, but one mention in help is enough.
    if (command.parent !== null) version.hideHelp();
    command.addOption(version);
    for (const option of globalOptions) command.addOption(option);
    command.addOption(new Option('-h, --help', 'print help').helpGroup(GLOBAL));
    command.createHelp = () => new HelpLayout(details);
    // Help is an option like the others, and words are checked by the parser, so that an invalid
    // word is an error even next to --help.
    return command.helpOption(false).helpCommand(false).allowExcessArguments();
  };
  const program = new Command('sharetrail')
    .description(DESCRIPTION.join('\n\n'))
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    // A command and its subcommand may have an option of the same name: each takes its own.
    .enablePositionalOptions();
  equip(program, { arguments: [], examples: [], exitCodes: EXIT_CODES });
  for (const definition of definitions) equip(addCommand(program, definition), definition);
  const help = program.command('help').summary('print help for a command');
  equip(help.description('Prints help for a command, or for the program.'), HELP);
  return program;
}

/** Definitions list a command before its subcommands. */
function addCommand(program: Command, definition: CommandDefinition): Command {
  const words = definition.name.split(' ');
  const name = words.pop() ?? '';
  const command = commandNamed(program, words.join(' '))
    .command(name)
    .summary(definition.summary)
    .description(definition.description.join('\n\n'));
  for (const option of definition.options) command.addOption(commanderOption(option));
  return command;
}

/** The command of that full name; the program itself for ''. */
export function commandNamed(program: Command, name: string): Command {
  const words = name.split(' ').filter((word) => word !== '');
  return words.reduce((command, word) => {
    const found = subcommand(command, word);
    if (found === undefined) throw new Error(`"${name}" is not a command`);
    return found;
  }, program);
}

export function subcommand(command: Command, word: string): Command | undefined {
  return command.commands.find((below) => below.name() === word);
}
