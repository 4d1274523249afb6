import type { CommandDefinition } from '../command.ts';
import { buildProgram, commandNamed } from './commander-program.ts';

const HELP_WIDTH_MAX = 80;

/** Help for a definition's name, or for the whole program if it is ''; ends in a newline. */
export function helpText(
  definitions: readonly CommandDefinition[],
  name: string,
  columns: number,
): string {
  const width = Math.min(columns, HELP_WIDTH_MAX);
  return commandNamed(buildProgram(definitions), name)
    .configureOutput({ getOutHelpWidth: () => width, getOutHasColors: () => false })
    .helpInformation();
}
