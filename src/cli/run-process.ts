import packageJson from '../../package.json' with { type: 'json' };
import { environment } from '../config/environment.ts';
import { StopRequested } from '../lib/errors.ts';
import { keepHeapSmall } from '../lib/heap.ts';
import { type CommandDefinition, EXIT } from './command.ts';
import { failureOf } from './failure.ts';
import { asTypedHere } from './hints/of-process.ts';
import { runCommandLine } from './run-command-line.ts';
import { type Io, processIo } from './terminal/io.ts';

/**
 * Runs this process's command line and sets its exit code. It does not force the exit, so that all
 * output is written first, unless the command requires it. The first SIGINT or SIGTERM stops the
 * command, the second kills it.
 */
export async function runProcess(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
): Promise<void> {
  keepHeapSmall();
  const variables = environment();
  const io = processIo({ environment: variables, asTyped: asTypedHere(words, variables) });
  const stop = new AbortController();
  exitOnBugs(io);
  const signals = stopOnSignals(io, stop);
  // Set before the command runs, so that a command that never settles does not count as success.
  process.exitCode = EXIT.couldNotRun;
  const reportNeverSettled = () => {
    io.err(
      failureOf(new Error('the command did not finish, but nothing is left to wait for')).text,
    );
  };
  process.once('beforeExit', reportNeverSettled);
  const { version } = packageJson;
  let exitsAtOnce = false;
  const code = await runCommandLine({
    definitions,
    words,
    io,
    signal: stop.signal,
    version,
    environment: variables,
    exitAtOnce: () => {
      exitsAtOnce = true;
    },
  });
  process.off('beforeExit', reportNeverSettled);
  signals.release();
  process.exitCode = code;
  // All output is written: each write waits for the system.
  if (exitsAtOnce) process.exit(code);
}

function stopOnSignals(io: Io, stop: AbortController): { release: () => void } {
  const names = ['SIGINT', 'SIGTERM'] as const;
  const handle = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      release();
      io.footer('');
      // Its sender sees that the process died from the signal, instead of an exit code.
      process.kill(process.pid, name);
      return;
    }
    if (io.errIsTerminal) io.err('sharetrail: stopping; repeat to exit immediately\n');
    stop.abort(new StopRequested());
  };
  const release = () => {
    for (const name of names) process.off(name, handle);
  };
  for (const name of names) process.on(name, handle);
  return { release };
}

/** Node's own report would show secrets, and its exit code 1 means something else here. */
function exitOnBugs(io: Io): void {
  // Unhandled rejections arrive here too.
  process.on('uncaughtException', (error) => {
    io.footer('');
    io.err(failureOf(error).text);
    process.exit(EXIT.couldNotRun);
  });
}
