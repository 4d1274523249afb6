import { type CommandDefinition, EXIT, type Handler } from '../command.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { writeText } from '../terminal/write.ts';
import { bashScript } from './bash.ts';
import { type CompletedCommand, completionsOf } from './completions.ts';
import { fishScript } from './fish.ts';
import { SHELLS, type Shell } from './shells.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The handler of `completion`, for these commands. */
export function completionOf(definitions: readonly CommandDefinition[]): Handler {
  return async ({ io, arguments: [given = ''] }) => {
    const shell = SHELLS.find((name) => name === given);
    if (shell === undefined) throw unknownShell(given);
    await writeText(io, SCRIPTS[shell](completionsOf(definitions, SHELLS)));
    return EXIT.success;
  };
}

function unknownShell(given: string): UsageError {
  return new UsageError(`there is no completion script for "${given}"`, {
    hint: `Choose one of ${SHELLS.join(', ')}: \`sharetrail completion bash\`.`,
  });
}
