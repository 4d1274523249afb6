import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME_OF_DAY = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;
/** the term of options that take a date or a time */
const WHEN = ' WHEN';

/**
 * `--since 2026-11-30 10:00`: the shell splits the time at its blank, and its second part looks like
 * a command or an argument. Undefined if no word is such a part. `words`: the complete line.
 */
export function splitTime(command: Command, words: readonly string[]): UsageError | undefined {
  const flags = command.options.filter((option) => option.flags.endsWith(WHEN));
  const names = flags.map(({ long }) => long);
  for (const [index, word] of words.entries()) {
    if (!TIME_OF_DAY.test(word)) continue;
    const [beforeLast, last = ''] = [words[index - 2], words[index - 1]];
    const [flag, date = ''] = last.includes('=') ? last.split('=') : [beforeLast, last];
    if (names.includes(flag) && DATE.test(date)) return oneWord(`${flag} ${date}`, word);
  }
  return undefined;
}

function oneWord(given: string, time: string): UsageError {
  const twoDigits = time.replace(/^\d:/, '0$&');
  return new UsageError(`"${time}" does not belong to "${given}": a time is one word`, {
    hint: `Write a T between date and time: ${given}T${twoDigits}`,
  });
}
