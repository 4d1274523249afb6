import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { shellQuoted } from '../../lib/shell-quote.ts';
import { type CommandDefinition, GLOBAL_OPTIONS, type OptionDefinition } from '../command.ts';
import { UsageError } from './usage-error.ts';

/**
 * `npm run sharetrail sync --dry-run`, without `--`: npm takes the flag for its own configuration
 * and passes it only as the variable `npm_config_dry_run`. Without a check, the run would send for
 * real. Throws UsageError that shows the correct command line.
 */
export function refuseFlagsTakenByNpm(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
  environment: Environment,
): void {
  const script = environment[EVENT] ?? '';
  const { npm_command: command } = environment;
  if (!SCRIPTS.includes(script) || (command !== 'run' && command !== 'run-script')) return;
  const definition = definitionOf(definitions, script === 'demo' ? ['demo'] : words);
  const own = [...(definition?.options ?? []), ...GLOBAL_OPTIONS];
  const all = [...own, ...definitions.flatMap(({ options }) => options)];
  const distinct = new Map(all.toReversed().map((option) => [nameOf(option), option]));
  const taken = [...distinct.values()]
    .flatMap((option) => takenValue(option, { environment, isOwn: own.includes(option) }))
    .filter(({ option }) => !isGiven(option, words));
  if (taken.length === 0) return;
  const flags = taken.map(({ option }) => flagOf(option)).join(', ');
  const silent = environment['npm_config_loglevel'] === 'silent' ? ' -s' : '';
  const line = [`npm run${silent} ${script} --`, ...correctWords(definition, { words, taken })];
  throw new UsageError(`npm took ${flags} for itself, so sharetrail did nothing`, {
    hint: `Write -- before the words for sharetrail: ${line.join(' ')}`,
  });
}

/** The scripts of package.json that run a command. */
const SCRIPTS = ['sharetrail', 'demo'];
const EVENT = 'npm_lifecycle_event';
/** processes between npm and this one: a shell, `env`, a loader */
const LEVELS_MAX = 4;
/** Options that npm has too: its files and the environment of its caller can set them. */
const NPM_OPTIONS = ['dry-run', 'json', 'yes', 'long', 'force', 'verbose'];

interface Taken {
  readonly option: OptionDefinition;
  /** `true` if npm left the value as an argument */
  readonly values: readonly string[];
}

function takenValue(
  option: OptionDefinition,
  { environment, isOwn }: { readonly environment: Environment; readonly isOwn: boolean },
): Taken[] {
  const name = nameOf(option);
  // npm expands --verbose to --loglevel verbose.
  const key = name === 'verbose' ? 'loglevel' : name.replace(/^no-/, '');
  const value = environment[variableOf(key)];
  if (value === undefined) return [];
  if (NPM_OPTIONS.includes(name)) {
    const isSet = value === (name === 'verbose' ? 'verbose' : 'true');
    if (!isSet || !isOwn || isSetElsewhere({ key, value }, environment)) return [];
  }
  return [{ option, values: value.split('\n\n') }];
}

interface NpmSetting {
  readonly key: string;
  readonly value: string;
}

/** True if a file of npm or the environment in which npm was started sets the key to this value. */
function isSetElsewhere(setting: NpmSetting, environment: Environment): boolean {
  const variable = variableOf(setting.key);
  const upper = environment[variable.toUpperCase()];
  if (upper !== undefined && sets(upper, setting)) return true;
  const files = [
    environment['npm_config_userconfig'],
    environment['npm_config_globalconfig'],
    join(environment['npm_config_local_prefix'] ?? '', '.npmrc'),
  ];
  if (files.some((file) => file !== undefined && setsInFile(readIfPossible(file), setting))) {
    return true;
  }
  return environmentOfNpm().some((entry) => {
    const [name = '', text = ''] = entry.split('=');
    return name.toLowerCase() === variable && sets(text, setting);
  });
}

/** The project's own .npmrc sets `loglevel`, for example, but not to the level of --verbose. */
function setsInFile(file: string, setting: NpmSetting): boolean {
  const line = new RegExp(`^\\s*${setting.key}\\s*(?:=\\s*(.*?)\\s*)?$`, 'm').exec(file);
  return line !== null && sets(line[1] ?? 'true', setting);
}

/** A flag of npm is set by any text but `false`; an empty variable sets nothing. */
function sets(text: string, { value }: NpmSetting): boolean {
  return value === 'true' ? text !== '' && text !== 'false' : text === value;
}

/** The variables that npm was started with. Empty if the system does not show them. */
function environmentOfNpm(): string[] {
  let pid = String(process.ppid);
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const entries = readIfPossible(`/proc/${pid}/environ`).split('\0');
    // A shell between npm and this process has npm's additions.
    if (!entries.some((entry) => SCRIPTS.some((script) => entry === `${EVENT}=${script}`))) {
      return entries;
    }
    // `pid (name) state parent …`; a name can contain spaces and brackets.
    const stat = readIfPossible(`/proc/${pid}/stat`);
    pid = stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? '';
  }
  return [];
}

function readIfPossible(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Most of these files do not exist; one that cannot be read sets nothing.
    return '';
  }
}

function correctWords(
  definition: CommandDefinition | undefined,
  { words, taken }: { readonly words: readonly string[]; readonly taken: readonly Taken[] },
): string[] {
  const left = [...words];
  const name = definition?.name.split(' ') ?? [];
  const start = left.splice(0, name.length);
  const flags = taken
    .toSorted((one, other) => strictness(other.option) - strictness(one.option))
    .flatMap(({ option, values }) =>
      values.flatMap((value) => {
        if (option.value.kind === 'flag') return [flagOf(option)];
        const isLeft = value === 'true' || value === '';
        const at = isLeft ? left.findIndex((word) => fits(option, word)) : -1;
        const found = at >= 0 ? left.splice(at, 1)[0] : undefined;
        return [flagOf(option), isLeft ? (found ?? option.flags.split(' ')[1] ?? '') : value];
      }),
    );
  return [...start, ...left, ...flags].map(shellQuoted);
}

/** Options that accept few words choose theirs first. */
function strictness({ flags, value }: OptionDefinition): number {
  if (value.kind === 'choice' || value.kind === 'integer') return 2;
  return flags.endsWith(' WHEN') ? 1 : 0;
}

function fits({ flags, value }: OptionDefinition, word: string): boolean {
  if (value.kind === 'choice') return value.choices.includes(word);
  if (value.kind === 'integer') return /^\d+$/.test(word);
  return !flags.endsWith(' WHEN') || /^\d{4}-\d{2}/.test(word);
}

function definitionOf(definitions: readonly CommandDefinition[], words: readonly string[]) {
  const named = definitions.filter(({ name }) =>
    name.split(' ').every((part, index) => words[index] === part),
  );
  return named.toSorted((one, other) => other.name.length - one.name.length)[0];
}

function isGiven(option: OptionDefinition, words: readonly string[]): boolean {
  const flag = flagOf(option);
  return words.some((word) => word === flag || word.startsWith(`${flag}=`));
}

function flagOf({ flags }: OptionDefinition): string {
  return flags.split(' ')[0] ?? flags;
}

function nameOf(option: OptionDefinition): string {
  return flagOf(option).replace(/^--/, '');
}

function variableOf(key: string): string {
  return `npm_config_${key.replaceAll('-', '_')}`;
}
