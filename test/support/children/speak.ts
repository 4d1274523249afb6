import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Tells the parent; the line is written when this returns. */
export function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The parent's next line. */
export async function hear(): Promise<string> {
  const next = await lines.next();
  if (next.done) throw new Error('the parent went away');
  return next.value;
}

/** What the parent gave on the command line, by position. */
export function argument(position: number): string {
  const value = process.argv[2 + position];
  if (value === undefined) throw new Error(`argument ${position} is missing`);
  return value;
}
