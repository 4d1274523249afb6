import type { Command } from 'commander';
import { listOf } from '../../lib/format.ts';
import { nearestWords } from '../../lib/nearest-word.ts';
import { type CommandDefinition, GLOBAL_OPTIONS } from '../command.ts';

/** `Did you mean start or status? `, as the beginning of a hint; '' without a candidate. */
export function didYouMean(candidates: readonly string[]): string {
  return candidates.length === 0 ? '' : `Did you mean ${candidates.join(' or ')}? `;
}

/** The full names of commands that `word` may mean after `command`'s own name. */
export function suggestCommands(
  { command, name }: { readonly command: Command; readonly name: string },
  word: string,
  definitions: readonly CommandDefinition[],
): string {
  const full = (below: string) => `${name} ${below}`.trim();
  const near = nearestWords(
    word,
    command.commands.map((below) => below.name()),
  ).map(full);
  if (near.length > 0) return didYouMean(near);
  // `show ID` instead of `events show ID`.
  const ends = definitions.filter(({ name: whole }) => whole.split(' ').at(-1) === lower(word));
  return didYouMean(ends.map(({ name: whole }) => whole));
}

/** What to write instead of an option that the command does not have. */
export function suggestOptions(
  flag: string,
  own: readonly string[],
  definitions: readonly CommandDefinition[],
): string {
  const opposite = oppositeText(flag, own);
  if (opposite !== undefined) return opposite;
  const nameOf = (known: string) => known.replace(/^-+/, '');
  const long = own.filter((known) => known.startsWith('--'));
  const near = new Set(nearestWords(nameOf(flag), long.map(nameOf)));
  const meant = didYouMean(long.filter((known) => near.has(nameOf(known))));
  return meant === '' ? ownersText(lower(flag), definitions) : meant;
}

/** `--no-full`, `--push`: a suggestion of the nearest word would mean the contrary. */
function oppositeText(flag: string, own: readonly string[]): string | undefined {
  const word = lower(flag);
  if (own.includes(word)) return undefined;
  const positive = word.replace(/^--no-/, '--');
  if (positive !== word && own.includes(positive)) {
    return `Leave it out: ${positive} is off unless you write it. `;
  }
  const negative = word.replace(/^--/, '--no-');
  if (!own.includes(negative)) return undefined;
  return `Leave it out: it is the default. The opposite is ${negative}. `;
}

function ownersText(flag: string, definitions: readonly CommandDefinition[]): string {
  const owners = definitions.filter(({ options }) => flagsOf(options).includes(flag));
  const names = owners.map(({ name }) => name);
  return names.length === 0 ? '' : `${flag} is an option of ${listOf(names)}. `;
}

/** The flags without their values: `--limit`, `-h`. */
export function flagsOf(options: readonly { readonly flags: string }[]): string[] {
  return options.flatMap(({ flags }) => flags.split(/[ ,]+/).filter((word) => /^-/.test(word)));
}

export function isGlobal(flag: string): boolean {
  return flagsOf(GLOBAL_OPTIONS).includes(flag);
}

function lower(word: string): string {
  return word.toLowerCase();
}
