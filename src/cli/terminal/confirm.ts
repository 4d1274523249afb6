import { createInterface } from 'node:readline/promises';
import { UserError } from '../../lib/errors.ts';
import type { CommandInput } from '../command.ts';
import type { Io } from './io.ts';
import { writeError } from './write.ts';

const YES = /^y(?:es)?$/i;

export interface Confirmation {
  /** what is about to change; shown first, also if nothing is asked */
  readonly text: string;
  /** without a terminal, there is no one to ask: whether the command line is the confirmation */
  readonly withoutTerminal: 'continue' | 'refuse';
}

/**
 * Shows what changes and asks on a terminal; `--yes` skips the question. Throws UserError unless the
 * user agrees, or the reason of the aborted signal.
 */
export async function requireConfirmation(
  { io, options, signal }: CommandInput,
  { text, withoutTerminal }: Confirmation,
): Promise<void> {
  writeError(io, text);
  if (options['yes'] === true) return;
  const agreed = await ask(io, 'Continue?', signal);
  if (agreed === undefined && withoutTerminal === 'refuse') {
    throw new UserError('nothing changed: there is no terminal to ask for confirmation on', {
      hint: 'Add --yes to skip the question.',
    });
  }
  if (agreed === false) {
    throw new UserError('nothing changed', {
      hint: 'To carry it out, run the command again and answer yes.',
    });
  }
}

/** Anything but yes means no; undefined: there is no terminal. */
async function ask(io: Io, question: string, signal: AbortSignal): Promise<boolean | undefined> {
  const input = io.errIsTerminal ? io.input() : undefined;
  if (input?.isTTY !== true) return undefined;
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
