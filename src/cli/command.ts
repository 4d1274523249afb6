/** What a command may touch of the process it runs in; made up whole in tests. */
export interface Io {
  /**
   * Writes to standard output and waits until the text is handed to the system, so that a slow
   * reader slows the writer instead of filling memory. Resolves quietly once nobody reads any
   * more (see `closed`). Throws UserError where the output cannot be written (a full disk).
   */
  out(text: string): Promise<void>;
  /** Writes to standard error, above the progress line where there is one. */
  err(text: string): void;
  /** Shows `text` as the terminal's last line until the next call; '' takes it away. */
  footer(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** width of standard output in cells; infinite where it is no terminal */
  readonly columns: number;
  /** width of standard error in cells; infinite where it is no terminal */
  readonly errColumns: number;
  readonly outColor: boolean;
  readonly errColor: boolean;
  /** aborted as soon as the reader of standard output is gone: `sharetrail events | head` */
  readonly closed: AbortSignal;
}

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
export const EXIT = { done: 0, needsPerson: 1, couldNotRun: 2, held: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The one exit code for several tenants' outcomes: 2, then 1, then 3. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [EXIT.couldNotRun, EXIT.needsPerson, EXIT.held];
  return order.find((code) => codes.includes(code)) ?? EXIT.done;
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
    flags: '--json',
    description: 'print the answer as JSON; errors stay text on standard error',
    value: { kind: 'flag' },
  },
];
