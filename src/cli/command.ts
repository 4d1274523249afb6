import type { LogLevel } from '../config/types.ts';
import type { Io } from './terminal/io.ts';

export interface CommandInput {
  /** positional arguments, in order */
  readonly arguments: readonly string[];
  /** by camelCase name, checked against the definition; an option that is not given is absent */
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
  /** aborted with StopRequested on the first SIGINT or SIGTERM */
  readonly signal: AbortSignal;
}

/** Runs the command and returns its exit code. Throws UserError for what the user can fix. */
export type Handler = (input: CommandInput) => Promise<ExitCode>;

/** The contract's four exit codes. */
export const EXIT = { success: 0, needsAttention: 1, couldNotRun: 2, busy: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  [EXIT.success]: 'success',
  [EXIT.needsAttention]:
    'completed, but something needs attention (an event was rejected, a source or Gong failed, ' +
    'or the run was stopped; everything else was carried out)',
  [EXIT.couldNotRun]: 'could not run (usage, configuration or database)',
  [EXIT.busy]: 'tenant locked by another run, nothing done for it',
};

/** The one exit code for the outcomes of several tenants: 2 before 1 before 3. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [EXIT.couldNotRun, EXIT.needsAttention, EXIT.busy];
  return order.find((code) => codes.includes(code)) ?? EXIT.success;
}

/** What an option takes; a handler gets the flag `--no-x` as `x: false`. */
export type OptionValue =
  | { readonly kind: 'flag' }
  | { readonly kind: 'text' }
  /** may be repeated; a handler gets an array */
  | { readonly kind: 'list' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | {
      readonly kind: 'integer';
      readonly min: number;
      readonly max: number;
      readonly default?: number;
    };

export interface OptionDefinition {
  /** as typed, with the value's name: `--limit N` */
  readonly flags: string;
  readonly description: string;
  readonly value: OptionValue;
}

export interface ArgumentDefinition {
  /** upper case; ends in `…` if it takes several words */
  readonly name: string;
  readonly description: string;
  /** may be missing; the handler checks what it needs instead */
  readonly optional?: true;
}

export interface Example {
  readonly command: string;
  readonly does: string;
}

/** A command as data, from which help, parsing and dispatch follow. */
export interface CommandDefinition {
  /** the words after `sharetrail`: `sync`, `events show` */
  readonly name: string;
  /** one line for the list of commands */
  readonly summary: string;
  /** paragraphs: what the command does, what it leaves unchanged, its limits */
  readonly description: readonly string[];
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly Example[];
  /** the codes that this command can exit with, and what each means here */
  readonly exitCodes: Readonly<Partial<Record<ExitCode, string>>>;
  /** the process exits with the command, even if the look-up of a host name still hangs */
  readonly exitsAtOnce?: true;
  /** gets all commands; absent if the command only groups its subcommands (`config`) */
  readonly load?: (definitions: readonly CommandDefinition[]) => Promise<Handler>;
}

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** The options that mean the same in every command. */
export const GLOBAL_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--config DIR',
    description: 'configuration folder (default: SHARETRAIL_CONFIG or ./config)',
    value: { kind: 'text' },
  },
  {
    flags: '--tenant NAME',
    description: 'only this tenant; can be repeated (default: all tenants)',
    value: { kind: 'list' },
  },
  {
    flags: '--log-level LEVEL',
    description: 'override log.level, the least severe level to log',
    value: { kind: 'choice', choices: LOG_LEVELS },
  },
  {
    flags: '--json',
    description: 'print the result as JSON; errors stay text on stderr',
    value: { kind: 'flag' },
  },
];
