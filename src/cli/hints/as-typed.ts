import type { AsTyped } from '../../lib/as-typed.ts';
import { shellQuoted } from '../../lib/shell-quote.ts';

/** A command in a message: the program's name and its words, in backticks. */
const COMMAND = /`sharetrail((?: [^`]*)?)`/g;
/** commands that read no configuration */
const WITHOUT_CONFIG = ['help', 'demo', 'sandbox', 'config schema', 'completion'];
/** commands that concern all tenants, or take theirs as an argument */
const WITHOUT_TENANT = [...WITHOUT_CONFIG, 'backup', 'restore', 'rebind', 'init'];

/** Whether the command with these words works on the tenants of --tenant. */
export function concernsTenants(words: string): boolean {
  return words !== '' && !startsWithOne(words, WITHOUT_TENANT);
}

/**
 * Renders the commands of a message with the prefix that started this process, and with the
 * `--config` and `--tenant` of its own words, so that they can be pasted.
 */
export function asTypedWith(prefix: string, words: readonly string[]): AsTyped {
  const config = valuesOf('--config', words).slice(-1);
  const tenants = [...new Set(valuesOf('--tenant', words))];
  return (text) =>
    text.replace(COMMAND, (_whole, rest: string) => {
      const options = [
        ...(accepts(rest, WITHOUT_CONFIG, '--config') ? flagged('--config', config) : []),
        ...(accepts(rest, WITHOUT_TENANT, '--tenant') ? flagged('--tenant', tenants) : []),
      ];
      return `\`${[prefix + rest, ...options].join(' ')}\``;
    });
}

function accepts(rest: string, without: readonly string[], flag: string): boolean {
  const text = rest.trim();
  return text !== '' && !startsWithOne(text, without) && !text.split(/[ =]/).includes(flag);
}

function startsWithOne(text: string, names: readonly string[]): boolean {
  return names.some((name) => text === name || text.startsWith(`${name} `));
}

function flagged(flag: string, values: readonly string[]): string[] {
  return values.map((value) => `${flag} ${shellQuoted(value)}`);
}

/** The values of an option in a command line that may be invalid. */
function valuesOf(flag: string, words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const values = own.flatMap((word, index) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    const next = own[index + 1];
    return word === flag && next !== undefined && !next.startsWith('--') ? [next] : [];
  });
  return values.filter((value) => value.trim() !== '');
}
