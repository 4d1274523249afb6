import packageJson from '../../package.json' with { type: 'json' };
import { environment } from '../config/environment.ts';
import { StopRequested } from '../lib/errors.ts';
import { keepHeapSmall } from '../lib/heap.ts';
import type { CommandDefinition } from './command.ts';
import { EXIT } from './command.ts';
import { failureOf } from './failure.ts';
import { runProgram } from './program.ts';
import { type Io, processIo } from './terminal/io.ts';

/**
 * Runs this process's command line to its exit code, which is set and not forced: what was written
 * is handed over first. The first SIGINT or SIGTERM asks the command to stop, the second ends it.
 */
export async function runProcess(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
): Promise<void> {
  keepHeapSmall();
  const io = processIo(environment());
  const stop = new AbortController();
  endLoudlyOnBugs(io);
  const handled = onSignals(io, stop);
  // Told before the work, so that one that never settles is not taken for one that went well.
  process.exitCode = EXIT.couldNotRun;
  const neverSettled = () => {
    io.err(failureOf(new Error('nothing is left to wait for, but the command did not end')).text);
  };
  process.once('beforeExit', neverSettled);
  const { version } = packageJson;
  const code = await runProgram({ definitions, words, io, signal: stop.signal, version });
  process.off('beforeExit', neverSettled);
  handled.release();
  process.exitCode = code;
}

function onSignals(io: Io, stop: AbortController): { release: () => void } {
  const names = ['SIGINT', 'SIGTERM'] as const;
  const ask = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      release();
      io.footer('');
      // Ends as the signal would have: whoever sent it sees that, and not a made-up exit code.
      process.kill(process.pid, name);
      return;
    }
    if (io.errIsTerminal) io.err('sharetrail: stopping; once more to end at once\n');
    stop.abort(new StopRequested());
  };
  const release = () => {
    for (const name of names) process.off(name, ask);
  };
  for (const name of names) process.on(name, ask);
  return { release };
}

/** Node's own report would show the error unscrubbed and end with 1, which means something else. */
function endLoudlyOnBugs(io: Io): void {
  const end = (error: unknown) => {
    io.footer('');
    io.err(failureOf(error).text);
    process.exit(EXIT.couldNotRun);
  };
  // A rejection that nobody handles arrives here too.
  process.on('uncaughtException', end);
}
