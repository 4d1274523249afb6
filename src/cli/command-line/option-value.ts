import type { OptionDefinition } from '../command.ts';
import { UsageError } from './usage-error.ts';

type Reader = (text: string, previous: unknown) => unknown;

/** How an option's text becomes its value; undefined for a flag, which has none. */
export function optionReader({ flags, value }: OptionDefinition): Reader | undefined {
  if (value.kind === 'flag') return undefined;
  return (text, previous) => {
    // An unset variable in `--config "$DIR"` must not mean the default, nor take the next option.
    if (text.trim() === '' || text.startsWith('--')) {
      throw new UsageError(`"${flags}" was given no value`);
    }
    if (value.kind === 'list') return [...(Array.isArray(previous) ? previous : []), text];
    if (previous !== undefined) throw new UsageError(`"${flags}" was given twice`);
    if (value.kind === 'choice') return choose(flags, text, value.choices);
    return value.kind === 'integer' ? count(flags, text, value) : text;
  };
}

function choose(flags: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new UsageError(`"${flags}" cannot be "${text}"`, {
    hint: `It is one of: ${choices.join(', ')}.`,
  });
}

function count(flags: string, text: string, range: { min: number; max: number }): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= range.min && number <= range.max) return number;
  throw new UsageError(`"${flags}" cannot be "${text}"`, { hint: `It is ${rangeText(range)}.` });
}

/** `a whole number from 1 to 10,000`: the same words in help and in errors. */
export function rangeText({ min, max }: { min: number; max: number }): string {
  return `a whole number from ${min.toLocaleString('en-US')} to ${max.toLocaleString('en-US')}`;
}
