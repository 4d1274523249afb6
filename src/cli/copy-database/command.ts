import type { DatabaseAddress } from '../../config/database-address.ts';
import { processDatabase } from '../../config/load-process-config.ts';
import { DatabaseInUse } from '../../db/copy/copy-in-use.ts';
import type { CopyProgress } from '../../db/copy/copy-table.ts';
import { systemClock } from '../../lib/clock.ts';
import { copyToOtherDatabase } from '../../operator/copy-database.ts';
import { type CommandInput, EXIT, type ExitCode, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { failureOf } from '../failure.ts';
import { startProgress } from '../terminal/progress-line.ts';
import { printCopy } from './print-copy.ts';

/** Needs no configuration folder: both databases are on the command line. */
export const copyDatabase: Handler = async (input) => {
  try {
    return await copy(input);
  } catch (error) {
    if (!(error instanceof DatabaseInUse)) throw error;
    input.io.err(failureOf(error).text);
    return EXIT.busy;
  }
};

async function copy(input: CommandInput): Promise<ExitCode> {
  const { io, signal } = input;
  const [from, to] = [addressOf(input, 0, 'FROM'), addressOf(input, 1, 'TO')];
  using progress = startProgress({ io, clock: systemClock });
  const onProgress = ({ step, table, done, total }: CopyProgress) =>
    progress.update({ label: `${step} ${table}`, done, total });
  const tables = await copyToOtherDatabase({
    from: from.setting,
    to: to.setting,
    onProgress,
    signal,
  });
  progress.end();
  return printCopy(input, { from: from.shown, to: to.shown, tables });
}

function addressOf(input: CommandInput, index: number, name: 'FROM' | 'TO'): DatabaseAddress {
  const address = processDatabase(textOption(input, 'config'), input.arguments[index] ?? '');
  if ('setting' in address) return address;
  throw new UsageError(`${name}: ${address.problem}`, {
    hint:
      'Expected sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE. Put it in single quotes ' +
      'if it contains ${NAME}: otherwise the shell replaces it.',
  });
}
