import { type AsTyped, asInstalled } from '../../lib/as-typed.ts';
import { UserError } from '../../lib/errors.ts';

/** The parts of its process that a command uses; tests replace them all. */
export interface Io {
  /**
   * Writes to standard output and waits until the system has the text, so that a slow reader slows
   * the writer instead of filling memory. Resolves without writing once the reader is gone (see
   * `closed`). Throws UserError if the output cannot be written (a full disk).
   */
  out(text: string): Promise<void>;
  /** Writes to standard error, above the progress line. */
  err(text: string): void;
  /** Shows `text` as the terminal's last line until the next call; '' removes it. */
  footer(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** width of standard output in cells; infinite if it is not a terminal */
  readonly columns: number;
  /** width of standard error in cells; infinite if it is not a terminal */
  readonly errColumns: number;
  readonly outColor: boolean;
  readonly errColor: boolean;
  /** Opens standard input; undefined if the command cannot ask. */
  readonly input: () => InputStream | undefined;
  /** a message with its commands as this process's user types them: apply it to every hint */
  readonly asTyped: AsTyped;
  /** aborted once the reader of standard output is gone: `sharetrail events | head` */
  readonly closed: AbortSignal;
}

const CLEAR_LINE = '\r\u001b[K';
/** for a terminal that does not report its width */
const COLUMNS_DEFAULT = 80;

/** The parts of `process.stdout` and `process.stderr` that are used. */
export interface OutputStream {
  write(text: string, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The parts of `process.stdin` that are used. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export interface IoOptions {
  /** opened when it is first needed */
  readonly stdin?: () => InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** default: commands in the installed form */
  readonly asTyped?: AsTyped;
}

/** This process's own output. */
export function processIo(options: Pick<IoOptions, 'environment' | 'asTyped'>): Io {
  const { stdout, stderr } = process;
  return openIo({ stdin: () => process.stdin, stdout, stderr, ...options });
}

/** An Io for two streams. Both share one screen, and so one progress line. */
export function openIo(options: IoOptions): Io {
  return new StreamIo(options);
}

class StreamIo implements Io {
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly outColor: boolean;
  readonly errColor: boolean;
  readonly input: Io['input'];
  readonly asTyped: AsTyped;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #footerAllowed: boolean;
  readonly #closed = new AbortController();
  #footer = '';
  #stderrClosed = false;

  constructor({ stdin, stdout, stderr, environment, asTyped = asInstalled }: IoOptions) {
    this.input = stdin ?? (() => undefined);
    this.asTyped = asTyped;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.outIsTerminal = stdout.isTTY === true;
    this.errIsTerminal = stderr.isTTY === true;
    this.outColor = allowsColor(this.outIsTerminal, environment);
    this.errColor = allowsColor(this.errIsTerminal, environment);
    this.#footerAllowed = this.errIsTerminal && environment['TERM'] !== 'dumb';
    // The callback of each write reports its error; without a listener, Node would also throw it.
    stdout.on('error', (error) => this.#noteClosed(error));
    stderr.on('error', () => {
      this.#stderrClosed = true;
    });
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  get columns(): number {
    return columnsOf(this.#stdout);
  }

  get errColumns(): number {
    return columnsOf(this.#stderr);
  }

  async out(text: string): Promise<void> {
    if (text === '' || this.#closed.signal.aborted) return;
    const shared = this.outIsTerminal && this.#footer !== '';
    if (shared) this.#writeErr(CLEAR_LINE);
    await this.#writeOut(text);
    if (shared) this.#writeErr(this.#footer);
  }

  err(text: string): void {
    this.#writeErr(this.#footer === '' ? text : `${CLEAR_LINE}${text}${this.#footer}`);
  }

  footer(text: string): void {
    if (!this.#footerAllowed || text === this.#footer) return;
    this.#footer = text;
    this.#writeErr(CLEAR_LINE + text);
  }

  #writeOut(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stdout.write(text, (error) => {
        if (!error || this.#noteClosed(error)) resolve();
        else reject(unwritable(error));
      });
    });
  }

  /** True if the reader went away, which is not a failure. */
  #noteClosed(error: Error): boolean {
    const gone = 'code' in error && (error.code === 'EPIPE' || error.code === 'EOF');
    if (gone) this.#closed.abort();
    return gone;
  }

  #writeErr(text: string): void {
    if (!this.#stderrClosed) this.#stderr.write(text);
  }
}

function unwritable(cause: Error): UserError {
  return new UserError(`standard output could not be written: ${cause.message}`, {
    hint: 'Check the disk or the program that the output goes to, then run the command again.',
    cause,
  });
}

function columnsOf(stream: OutputStream): number {
  return stream.isTTY === true ? stream.columns || COLUMNS_DEFAULT : Number.POSITIVE_INFINITY;
}

/** NO_COLOR (no-color.org) overrides FORCE_COLOR, which overrides the kind of stream. */
function allowsColor(isTerminal: boolean, environment: IoOptions['environment']): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced) return forced !== '0';
  return isTerminal && environment['TERM'] !== 'dumb';
}
