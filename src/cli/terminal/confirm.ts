import { createInterface } from 'node:readline/promises';
import type { Io } from './io.ts';

const YES = /^y(?:es)?$/i;

/**
 * Asks on a terminal, and waits for the answer; anything but yes means no. Without a terminal, there
 * is no one to ask, and the command line is the answer. Throws the reason of the aborted signal.
 */
export async function confirm(io: Io, question: string, signal: AbortSignal): Promise<boolean> {
  const input = io.errIsTerminal ? io.input() : undefined;
  if (input?.isTTY !== true) return true;
  // Not a terminal interface: it would take Ctrl-C for itself.
  const lines = createInterface({ input, terminal: false });
  try {
    io.err(`${question} [y/N] `);
    return YES.test((await lines.question('', { signal })).trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
