import { Command, Option } from 'commander';
import { type CommandDefinition, EXIT_CODES, GLOBAL_OPTIONS } from '../command.ts';
import { commanderOption } from './commander-option.ts';
import { type HelpDetails, HelpLayout } from './help-layout.ts';

const GLOBAL = 'Global options:';
const DESCRIPTION = [
  'Finds the files that people shared with customers in Salesforce and Google Drive, and reports ' +
    'each share to Gong once, as a content-shared event.',
  'Run "sharetrail help COMMAND" for details and examples.',
];
/** commander's commands for the definitions, without actions; `events show` is below `events`. */
export function buildProgram(definitions: readonly CommandDefinition[]): Command {
  const globalOptions = GLOBAL_OPTIONS.map((option) => commanderOption(option).helpGroup(GLOBAL));
  const equip = (command: Command, details: HelpDetails): Command => {
    for (const option of globalOptions) command.addOption(option);
    command.createHelp = () => new HelpLayout(details);
    return command.helpCommand(false);
  };
  const program = new Command('sharetrail')
    .description(DESCRIPTION.join('\n\n'))
    .optionsGroup(GLOBAL)
    .version('', '-V, --version', 'print the version')
    .addHelpOption(new Option('-h, --help', 'print help').helpGroup(GLOBAL))
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    // A command and its subcommand may have an option of the same name: each takes its own.
    .enablePositionalOptions();
  equip(program, { examples: [], exitCodes: EXIT_CODES });
  for (const definition of definitions) equip(addCommand(program, definition), definition);
  const help = program.command('help [command...]').summary('print help for a command');
  equip(help, { examples: [], exitCodes: {} }).helpOption(false).allowUnknownOption();
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
  for (const { name: argument, description, optional } of definition.arguments) {
    const variable = argument.replace('…', '...');
    command.argument(optional ? `[${variable}]` : `<${variable}>`, description);
  }
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
