import type { Environment } from '../config/environment.ts';
import { type CommandDefinition, EXIT, type ExitCode } from './command.ts';
import { helpText } from './command-line/help.ts';
import { refuseFlagsTakenByNpm } from './command-line/npm-flags.ts';
import { parseArguments } from './command-line/parse.ts';
import { failureOf } from './failure.ts';
import type { Io } from './terminal/io.ts';

export interface CommandLineOptions {
  readonly definitions: readonly CommandDefinition[];
  /** the words after `sharetrail` */
  readonly words: readonly string[];
  readonly io: Io;
  readonly signal: AbortSignal;
  readonly version: string;
  /** called once the command is done or has failed, if nothing that still hangs may delay the exit */
  readonly exitAtOnce?: () => void;
  /** absent: the words do not come from npm */
  readonly environment?: Environment;
}

/** Runs one command line. Never throws: each failure becomes an exit code and standard error. */
export async function runCommandLine(options: CommandLineOptions): Promise<ExitCode> {
  try {
    return await dispatch(options);
  } catch (error) {
    const { exitCode, text } = failureOf(error);
    options.io.footer('');
    await printError(options.io, text);
    return exitCode;
  }
}

async function dispatch(options: CommandLineOptions): Promise<ExitCode> {
  const { definitions, words, io, signal, version, environment = {} } = options;
  refuseFlagsTakenByNpm(definitions, words, environment);
  const parsed = parseArguments(definitions, words);
  switch (parsed.kind) {
    case 'version':
      await io.out(`${version}\n`);
      return EXIT.success;
    case 'help':
      return showHelp(options, parsed);
    case 'run': {
      const handler = await parsed.definition.load?.(definitions);
      if (handler === undefined) throw new Error(`"${parsed.definition.name}" has no handler`);
      const { arguments: given, options: chosen, definition } = parsed;
      try {
        return await handler({ arguments: given, options: chosen, io, signal });
      } finally {
        if (definition.exitsAtOnce) options.exitAtOnce?.();
      }
    }
  }
}

/** Help goes to standard output if it was requested; missing words are an error. */
async function showHelp(
  { definitions, io }: CommandLineOptions,
  { command, requested }: { command: string; requested: boolean },
): Promise<ExitCode> {
  if (requested) {
    await io.out(helpText(definitions, command, io.columns));
    return EXIT.success;
  }
  io.err(helpText(definitions, command, io.errColumns));
  return EXIT.couldNotRun;
}

/** What wraps text is loaded only for a terminal: nothing else has to work to report an error. */
async function printError(io: Io, text: string): Promise<void> {
  if (!io.errIsTerminal) return io.err(io.asTyped(text));
  const { writeError } = await import('./terminal/write.ts');
  writeError(io, text);
}
