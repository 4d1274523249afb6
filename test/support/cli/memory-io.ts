import { type Io, type OutputStream, openIo } from '../../../src/cli/terminal/io.ts';

export interface MemoryIoOptions {
  /** a width makes both streams terminals */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface MemoryIo {
  readonly io: Io;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** The real Io over two streams in memory. */
export function memoryIo({ columns, environment = {} }: MemoryIoOptions = {}): MemoryIo {
  const stdout = memoryStream(columns);
  const stderr = memoryStream(columns);
  return {
    io: openIo({ stdout: stdout.stream, stderr: stderr.stream, environment }),
    stdout: stdout.text,
    stderr: stderr.text,
  };
}

export function memoryStream(columns: number | undefined) {
  const written: string[] = [];
  const stream: OutputStream = {
    write: (text, done) => {
      written.push(text);
      if (done) queueMicrotask(() => done());
      return true;
    },
    on: () => {},
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  };
  return { stream, text: () => written.join('') };
}
