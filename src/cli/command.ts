import type { LogLevel } from '../config/types.ts';
import type { Io } from './terminal/io.ts';

export interface CommandInput {
  /** positional arguments, in order */
  readonly arguments: readonly string[];
  /** by camelCase name; checked against the definition, absent where not given */
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
  /** aborted with StopRequested on the first SIGINT or SIGTERM */
  readonly signal: AbortSignal;
}

/** Does the work and gives the exit code. A problem that a person must mend is a UserError. */
export type Handler = (input: CommandInput) => Promise<ExitCode>;

/** The contract's four exit codes. */
export const EXIT = { success: 0, needsAttention: 1, couldNotRun: 2, busy: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The one exit code for several tenants' outcomes: 2, then 1, then 3. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [EXIT.couldNotRun, EXIT.needsAttention, EXIT.busy];
  return order.find((code) => codes.includes(code)) ?? EXIT.success;
}

/** What an option takes; the flag `--no-x` is given to the handler as `x: false`. */
export type OptionValue =
  | { readonly kind: 'flag' }
  | { readonly kind: 'text' }
  /** may be given several times; a handler gets an array */
  | { readonly kind: 'list' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | {
      readonly kind: 'integer';
      readonly min: number;
      readonly max: number;
      readonly default?: number;
    };

export interface OptionDefinition {
  /** as typed, with the value's name: `--limit N`, `-h, --help` */
  readonly flags: string;
  readonly description: string;
  readonly value: OptionValue;
}

export interface ArgumentDefinition {
  /** upper case; followed by `…` where it takes several */
  readonly name: string;
  readonly description: string;
  /** may be left out; the handler says what it needs instead */
  readonly optional?: true;
}

export interface Example {
  readonly command: string;
  readonly does: string;
}

/** A command as data: help, parsing and dispatch are made from it. */
export interface CommandDefinition {
  /** the words after `sharetrail`: `sync`, `events show` */
  readonly name: string;
  /** one line for the list of commands */
  readonly summary: string;
  /** paragraphs; what it does, what it leaves alone, its limits */
  readonly description: readonly string[];
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly Example[];
  /** the codes that this command can end with, and what each means here */
  readonly exitCodes: Readonly<Partial<Record<ExitCode, string>>>;
  /** absent: only a heading for the commands below it (`config`) */
  readonly load?: () => Promise<Handler>;
}

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** The options that mean the same in every command. */
export const GLOBAL_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--config DIR',
    description: 'folder of the configuration (SHARETRAIL_CONFIG; else ./config)',
    value: { kind: 'text' },
  },
  {
    flags: '--tenant NAME',
    description: 'only this tenant; may be repeated (default: all)',
    value: { kind: 'list' },
  },
  {
    flags: '--log-level LEVEL',
    description: 'least severe messages to log; overrides log.level of the configuration',
    value: { kind: 'choice', choices: LOG_LEVELS },
  },
  {
    flags: '--json',
    description: 'print the answer as JSON; errors stay text on standard error',
    value: { kind: 'flag' },
  },
];
