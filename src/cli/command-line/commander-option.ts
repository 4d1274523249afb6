import { Option } from 'commander';
import { listOf, numberText } from '../../lib/format.ts';
import { nearestWords } from '../../lib/nearest-word.ts';
import type { OptionDefinition, OptionValue } from '../command.ts';
import { didYouMean } from './suggestions.ts';
import { UsageError } from './usage-error.ts';

/** options that no value can be mistaken for */
const SHORT_FLAGS = ['-h', '-V'];

/**
 * An option as commander takes it. Its values are remembered here, so that one option may be part
 * of several commands of a line: `--tenant a events --tenant b` is a list of two.
 */
export function commanderOption({ flags, description, value }: OptionDefinition): Option {
  const option = new Option(flags.replace(/ ([A-Z]+)$/, ' <$1>'), describe(description, value));
  // commander recognizes a value by its brackets; help and errors show the name without them.
  option.flags = flags;
  if (value.kind === 'integer' && value.default !== undefined) option.default(value.default);
  if (value.kind === 'flag') return option;
  const given: string[] = [];
  return option.argParser((text: string) => {
    refuseMissing(flags, text);
    if (value.kind !== 'list' && given.length > 0) throw givenTwice(flags);
    given.push(text);
    if (value.kind === 'list') return given;
    if (value.kind === 'integer') return parseInteger(flags, text, value);
    if (value.kind === 'choice' && !value.choices.includes(text)) {
      throw invalidChoice(flags, text, value.choices);
    }
    return text;
  });
}

/** An unset variable in `--config "$DIR"` must not mean the default, nor take the next option. */
function refuseMissing(flags: string, text: string): void {
  const isOption = text.startsWith('--') || SHORT_FLAGS.includes(text);
  if (text.trim() !== '' && !isOption) return;
  throw missingValue(flags, isOption ? `, not the option "${text}"` : ', but it is empty');
}

/** `--config` needs its value DIR. */
export function missingValue(flags: string, found = ''): UsageError {
  const [flag, name = 'VALUE'] = flags.split(' ');
  return new UsageError(`"${flag}" needs a value${found}`, { hint: `Write ${flag} ${name}.` });
}

function givenTwice(flags: string): UsageError {
  const [flag] = flags.split(' ');
  return new UsageError(`"${flag}" is given twice, but takes one value`, {
    hint: `Write ${flag} once.`,
  });
}

function invalidChoice(flags: string, text: string, choices: readonly string[]): UsageError {
  const meant = didYouMean(nearestWords(text, choices));
  return invalidValue(flags, text, `${meant}It must be one of ${listOf(choices)}.`);
}

function invalidValue(flags: string, text: string, hint: string): UsageError {
  const [flag] = flags.split(' ');
  return new UsageError(`"${text}" is not a value of "${flag}"`, { hint });
}

function parseInteger(flags: string, text: string, range: { min: number; max: number }): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= range.min && number <= range.max) return number;
  throw invalidValue(flags, text, `It must be ${rangeText(range)}.`);
}

function describe(description: string, value: OptionValue): string {
  if (value.kind === 'integer') return `${description}: ${rangeText(value)}`;
  return value.kind === 'choice' ? `${description}: ${listOf(value.choices)}` : description;
}

/** `a whole number from 1 to 10,000`: the same words in help and in errors. */
function rangeText({ min, max }: { min: number; max: number }): string {
  return `a whole number from ${numberText(min)} to ${numberText(max)}`;
}
