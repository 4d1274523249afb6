import type { CommandDefinition, ExitCode } from './command.ts';
import { EXIT } from './command.ts';
import { helpText } from './command-line/help.ts';
import type { Parsed } from './command-line/parse.ts';
import { failureOf } from './failure.ts';
import type { Io } from './terminal/io.ts';
import { writeText } from './terminal/write.ts';

export interface ProgramOptions {
  readonly definitions: readonly CommandDefinition[];
  /** the words after `sharetrail` */
  readonly words: readonly string[];
  readonly io: Io;
  readonly signal: AbortSignal;
  readonly version: () => string;
}

/** Runs one command line. Never throws: every ending is an exit code, told on standard error. */
export async function runProgram(options: ProgramOptions): Promise<ExitCode> {
  try {
    return await dispatch(options);
  } catch (error) {
    const failure = failureOf(error);
    options.io.footer('');
    options.io.err(failure.text);
    return failure.exitCode;
  }
}

async function dispatch(options: ProgramOptions): Promise<ExitCode> {
  const { definitions, words, io, signal, version } = options;
  const parsed =
    askedAlone(words) ??
    (await import('./command-line/parse.ts')).parseArguments(definitions, words);
  if (parsed.kind === 'version') {
    await writeText(io, version());
    return EXIT.success;
  }
  if (parsed.kind === 'help') return showHelp(options, parsed);
  const handler = await parsed.definition.load?.();
  if (handler === undefined) throw new Error(`"${parsed.definition.name}" has no handler`);
  return handler({ arguments: parsed.arguments, options: parsed.options, io, signal });
}

/** Help and version asked for alone need no grammar: loading commander would double their time. */
function askedAlone(words: readonly string[]): Parsed | undefined {
  if (words.length !== 1) return undefined;
  if (words[0] === '--help' || words[0] === '-h' || words[0] === 'help') {
    return { kind: 'help', command: '', asked: true };
  }
  return words[0] === '--version' || words[0] === '-V' ? { kind: 'version' } : undefined;
}

/**
 * Help that was asked for is the answer. Where words are missing it is the refusal: a script that
 * forgot the command's name must not be told that all went well.
 */
async function showHelp(
  { definitions, io }: ProgramOptions,
  { command, asked }: { command: string; asked: boolean },
): Promise<ExitCode> {
  if (asked) {
    await writeText(io, helpText(definitions, command, io.columns));
    return EXIT.success;
  }
  io.err(helpText(definitions, command, io.errColumns));
  return EXIT.couldNotRun;
}
