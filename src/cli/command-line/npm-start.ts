import type { Environment } from '../../config/environment.ts';
import { folderOfNpm } from '../hints/command-prefix.ts';

/** How npm started this process. */
export interface NpmStart {
  /** the value of npm_lifecycle_event: the script's name, or `npx` */
  readonly event: string;
  /** the words for sharetrail that the script itself contains */
  readonly scriptWords: readonly string[];
  /** the beginning of a line whose words npm passes on; undefined: the script has other commands */
  readonly line: string | undefined;
  /** npm's own options that concern npm itself in this form */
  readonly ownOptions: readonly string[];
}

/** The scripts of package.json that run a command. */
const SCRIPT_WORDS: Readonly<Record<string, readonly string[]>> = {
  sharetrail: [],
  demo: ['demo'],
};
/** The program as the last command of a script: `sharetrail sync`, `node src/main.ts`. */
const PROGRAM = /(?:^|[\s/'"])(?:sharetrail|main\.[jt]s)['"]?(?<words>(?:\s[^&|;<>`$()]*)?)$/;
const SHELL = /[&|;<>`$()]/;

/** Undefined if npm did not start this process, or started it for something else. */
export function npmStart(environment: Environment): NpmStart | undefined {
  const { npm_command: command, npm_lifecycle_event: event = '' } = environment;
  const script = environment['npm_lifecycle_script'];
  if (command === 'exec' && event === 'npx')
    return /^'?sharetrail\b/.test(script ?? '') ? NPX : undefined;
  if (command !== undefined && command !== 'run' && command !== 'run-script') return undefined;
  const words = script === undefined ? undefined : wordsOf(script);
  const scriptWords = words ?? SCRIPT_WORDS[event];
  if (scriptWords === undefined) return undefined;
  const silent = environment['npm_config_loglevel'] === 'silent' ? ' -s' : '';
  const line = `npm${folderOfNpm(environment)} run${silent} ${event} --`;
  return {
    event,
    scriptWords,
    line: script !== undefined && SHELL.test(script) ? undefined : line,
    ownOptions: [],
  };
}

/** `npm exec sharetrail sync --dry-run` keeps the flag, and npx does not. */
const NPX: NpmStart = {
  event: 'npx',
  scriptWords: [],
  line: 'npx sharetrail',
  ownOptions: ['yes'],
};

function wordsOf(script: string): string[] | undefined {
  const words = PROGRAM.exec(script.trim())?.groups?.['words'];
  return words?.split(/\s+/).filter((word) => word !== '');
}
