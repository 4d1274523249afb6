import { UserError } from '../lib/errors.ts';
import { nearest } from '../lib/nearest-word.ts';

/** The command line itself is wrong: nothing was begun. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}

/** The word refused, with the nearest real one, or else with where all of them stand. */
export function unknownWord(options: {
  readonly kind: 'command' | 'option';
  readonly word: string;
  readonly candidates: readonly string[];
  /** the command whose help lists the candidates; '' for the program itself */
  readonly within: string;
}): UsageError {
  const { kind, word, candidates, within } = options;
  const near = candidates.find((name) => isBeginning(word, name)) ?? nearest(word, candidates);
  const seeHelp = `"${['sharetrail help', within].join(' ').trim()}" lists what there is.`;
  return new UsageError(`unknown ${kind} "${word}"`, {
    hint: near === undefined ? seeHelp : `Did you mean "${near}"? ${seeHelp}`,
  });
}

/** Enough of a name to be sure of it: `stat` for `status`, but not `--` for every option. */
function isBeginning(word: string, name: string): boolean {
  const letters = word.replace(/^-+/, '');
  return letters.length >= 3 && name.startsWith(word);
}
