import packageJson from '../../package.json' with { type: 'json' };
import { environment } from '../config/environment.ts';
import { OVERVIEW, OVERVIEW_WIDTH } from './command-line/help-overview.ts';
import { processIo } from './terminal/io.ts';

const HELP_WORDS = ['help', '--help', '-h'];
const VERSION_WORDS = ['--version', '-V'];

/**
 * Prints the overview or the version if the command line asks for nothing else. Returns false if
 * it does, or if the output failed: then the complete program has to deal with the command line,
 * but loading commander and the commands for these two would double their time.
 */
export async function printHelpOrVersion(words: readonly string[]): Promise<boolean> {
  const [word = '', ...others] = words;
  const isHelp = HELP_WORDS.includes(word);
  if (others.length > 0 || !(isHelp || VERSION_WORDS.includes(word))) return false;
  const io = processIo({ environment: environment() });
  if (isHelp && io.columns < OVERVIEW_WIDTH) return false;
  return io.out(isHelp ? OVERVIEW : `${packageJson.version}\n`).then(
    () => true,
    () => false,
  );
}
