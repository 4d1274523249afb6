import { UserError } from '../../lib/errors.ts';

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

const CLEAR_LINE = '\r\u001b[K';
/** a terminal that does not say how wide it is */
const COLUMNS_DEFAULT = 80;

/** What is used of `process.stdout` and `process.stderr`. */
export interface OutputStream {
  write(text: string, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface IoOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** This process's own output. */
export function processIo(environment: IoOptions['environment']): Io {
  return openIo({ stdout: process.stdout, stderr: process.stderr, environment });
}

/** Binds the two streams. Both belong to one screen, so they share one progress line. */
export function openIo(options: IoOptions): Io {
  return new StreamIo(options);
}

class StreamIo implements Io {
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly outColor: boolean;
  readonly errColor: boolean;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #footerAllowed: boolean;
  readonly #closed = new AbortController();
  #footer = '';
  #deaf = false;

  constructor({ stdout, stderr, environment }: IoOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.outIsTerminal = stdout.isTTY === true;
    this.errIsTerminal = stderr.isTTY === true;
    this.outColor = allowsColor(this.outIsTerminal, environment);
    this.errColor = allowsColor(this.errIsTerminal, environment);
    this.#footerAllowed = this.errIsTerminal && environment['TERM'] !== 'dumb';
    // The write's own callback tells its writer; without a listener Node would end the process.
    stdout.on('error', (error) => this.#noteClosed(error));
    stderr.on('error', () => {
      this.#deaf = true;
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

  /** True where the reader went away, which is its right and no failure. */
  #noteClosed(error: Error): boolean {
    const gone = 'code' in error && (error.code === 'EPIPE' || error.code === 'EOF');
    if (gone) this.#closed.abort();
    return gone;
  }

  #writeErr(text: string): void {
    if (!this.#deaf) this.#stderr.write(text);
  }
}

function unwritable(cause: Error): UserError {
  return new UserError(`standard output could not be written: ${cause.message}`, {
    hint: 'Check the disk or the program that it is redirected to, then run the command again.',
    cause,
  });
}

function columnsOf(stream: OutputStream): number {
  return stream.isTTY === true ? stream.columns || COLUMNS_DEFAULT : Number.POSITIVE_INFINITY;
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR, which wins over what the stream is. */
function allowsColor(isTerminal: boolean, environment: IoOptions['environment']): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced) return forced !== '0';
  return isTerminal && environment['TERM'] !== 'dumb';
}
