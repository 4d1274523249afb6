import type { Environment } from '../../config/environment.ts';
import { nearest } from '../../lib/nearest-word.ts';
import { shellQuoted } from '../../lib/shell-quote.ts';
import { type CommandDefinition, GLOBAL_OPTIONS, type OptionDefinition } from '../command.ts';
import { isSetElsewhere, npmSettings, variableOf } from './npm-settings.ts';
import { type NpmStart, npmStart } from './npm-start.ts';
import { UsageError } from './usage-error.ts';

/**
 * `npm run sharetrail sync --dry-run`, without `--`: npm takes the flag for its own configuration
 * and passes it only as the variable `npm_config_dry_run`. Without a check, the run would send for
 * real, even if the flag is mistyped. Throws UsageError that shows the correct command line.
 */
export function refuseFlagsTakenByNpm(
  definitions: readonly CommandDefinition[],
  words: readonly string[],
  environment: Environment,
): void {
  const start = npmStart(environment);
  if (start === undefined) return;
  const definition = definitionOf(definitions, words.length > 0 ? words : start.scriptWords);
  const own = [...(definition?.options ?? []), ...GLOBAL_OPTIONS];
  const all = [...own, ...definitions.flatMap(({ options }) => options)];
  // The command's own options come first: another command's option of that name adds nothing.
  const known = [...Map.groupBy(all, nameOf).values()].flatMap(([first]) => first ?? []);
  const taken = [
    ...known.flatMap((option) => takenValue(option, { environment, start, own })),
    ...mistyped(environment, { known, own }),
  ].filter(({ option }) => !isGiven(option, words));
  if (taken.length === 0) return;
  const flags = taken.map(({ typed }) => typed).join(', ');
  throw new UsageError(`npm took ${flags} for itself, so sharetrail did nothing`, {
    hint: hintFor(start, correctWords(definition, { words, start, taken })),
  });
}

/** Options that npm has too: its files and the environment of its caller can set them. */
const NPM_OPTIONS = ['dry-run', 'json', 'yes', 'long', 'force', 'verbose'];
/** Options of npm whose names resemble options of ours. */
const NPM_OPTIONS_SIMILAR = ['loglevel', 'cafile'];

interface Taken {
  readonly option: OptionDefinition;
  /** the flag as npm got it, which can be mistyped */
  readonly typed: string;
  /** `true` if npm left the value as an argument */
  readonly values: readonly string[];
}

function takenValue(
  option: OptionDefinition,
  context: {
    readonly environment: Environment;
    readonly start: NpmStart;
    readonly own: readonly OptionDefinition[];
  },
): Taken[] {
  const { environment, start, own } = context;
  const name = nameOf(option);
  const key = keyOf(option);
  const value = environment[variableOf(key)];
  if (value === undefined || start.ownOptions.includes(name)) return [];
  if (NPM_OPTIONS.includes(name)) {
    const isSet = value === (name === 'verbose' ? 'verbose' : 'true');
    if (!isSet || !own.includes(option) || isSetElsewhere({ key, value }, environment)) return [];
  }
  return [{ option, typed: flagOf(option), values: valuesIn(value) }];
}

/** `--dryrun`: an unknown setting that resembles an option of the command. */
function mistyped(
  environment: Environment,
  options: {
    readonly known: readonly OptionDefinition[];
    readonly own: readonly OptionDefinition[];
  },
): Taken[] {
  const { known, own } = options;
  const keys = new Set([...known.map(keyOf), ...NPM_OPTIONS, ...NPM_OPTIONS_SIMILAR]);
  return npmSettings(environment).flatMap((setting) => {
    const { key, value } = setting;
    if (keys.has(key)) return [];
    const meant = nearest(key, own.map(keyOf));
    const option = own.find((one) => keyOf(one) === meant);
    if (option === undefined || isSetElsewhere(setting, environment)) return [];
    return [{ option, typed: `--${value === '' ? 'no-' : ''}${key}`, values: valuesIn(value) }];
  });
}

/** npm separates repeated values by an empty line. */
function valuesIn(value: string): string[] {
  return value.split('\n\n');
}

function hintFor({ event, line }: NpmStart, words: readonly string[]): string {
  const text = [line, ...words].join(' ');
  if (line === undefined) return `Write it into the script "${event}", after the command.`;
  if (event === 'npx') return `Start it with npx, which passes all words on: ${text}`;
  return `Write -- before the words for sharetrail: ${text}`;
}

/** The words after those of npm's script, with the flags that npm took. */
function correctWords(
  definition: CommandDefinition | undefined,
  line: {
    readonly words: readonly string[];
    readonly start: NpmStart;
    readonly taken: readonly Taken[];
  },
): string[] {
  const { words, start, taken } = line;
  const left = words.slice(start.scriptWords.length);
  const name = definition?.name.split(' ') ?? [];
  const begin = left.splice(0, Math.max(0, name.length - start.scriptWords.length));
  const values = new Map(
    taken
      .toSorted((one, other) => strictness(other.option) - strictness(one.option))
      .map((one) => [one, valuesOf(one, { left, definition })]),
  );
  const flags = taken.flatMap((one) => values.get(one) ?? []);
  return [...begin, ...left, ...flags].map(shellQuoted);
}

/** The flag with each of its values, which are removed from the words left. */
function valuesOf(
  { option, values }: Taken,
  {
    left,
    definition,
  }: { readonly left: string[]; readonly definition: CommandDefinition | undefined },
): string[] {
  return values.flatMap((value) => {
    if (option.value.kind === 'flag') return [flagOf(option)];
    const isLeft = value === 'true' || value === '';
    const at = isLeft ? valueAt(left, { option, definition }) : -1;
    const found = at >= 0 ? left.splice(at, 1)[0] : undefined;
    return [flagOf(option), isLeft ? (found ?? option.flags.split(' ')[1] ?? '') : value];
  });
}

/** Where npm left the option's value. Help shows arguments before options, so they come first. */
function valueAt(
  words: readonly string[],
  {
    option,
    definition,
  }: {
    readonly option: OptionDefinition;
    readonly definition: CommandDefinition | undefined;
  },
): number {
  const argumentCount = definition?.arguments.length ?? 0;
  const last = words.findIndex((word, at) => at >= argumentCount && fits(option, word));
  return last >= 0 ? last : words.findIndex((word) => fits(option, word));
}

/** Options that accept few words choose theirs first. */
function strictness({ flags, value }: OptionDefinition): number {
  if (value.kind === 'choice' || value.kind === 'integer') return 3;
  if (flags.endsWith(' WHEN')) return 2;
  return flags.endsWith(' NAME') ? 1 : 0;
}

function fits({ flags, value }: OptionDefinition, word: string): boolean {
  if (value.kind === 'choice') return value.choices.includes(word);
  if (value.kind === 'integer') return /^\d+$/.test(word);
  if (flags.endsWith(' NAME')) return /^[a-z0-9][a-z0-9-]*$/.test(word);
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

/** The setting's key in npm, which expands --verbose to --loglevel verbose. */
function keyOf(option: OptionDefinition): string {
  const name = nameOf(option);
  return name === 'verbose' ? 'loglevel' : name.replace(/^no-/, '');
}
