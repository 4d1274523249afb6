import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Sends a line to the parent; it is written when this returns. */
export function sendLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Waits for the parent's next line. */
export async function nextLine(): Promise<string> {
  const next = await lines.next();
  if (next.done) throw new Error('the parent has ended');
  return next.value;
}

/** An argument of the command line, by position. */
export function argument(position: number): string {
  const value = process.argv[2 + position];
  if (value === undefined) throw new Error(`argument ${position} is missing`);
  return value;
}
