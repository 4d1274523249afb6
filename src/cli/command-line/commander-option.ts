import { InvalidArgumentError, Option } from 'commander';
import type { OptionDefinition, OptionValue } from '../command.ts';
import { numberText } from '../terminal/format.ts';

/**
 * An option as commander takes it. Its values are remembered here, so that one option may be part
 * of several commands of a line: `--tenant a events --tenant b` is a list of two.
 */
export function commanderOption({ flags, description, value }: OptionDefinition): Option {
  const option = new Option(flags.replace(/ ([A-Z]+)$/, ' <$1>'), describe(description, value));
  // commander recognizes a value by its brackets; help and errors show the name without them.
  option.flags = flags;
  if (value.kind === 'choice') option.choices(value.choices);
  if (value.kind === 'integer' && value.default !== undefined) option.default(value.default);
  if (value.kind === 'flag') return option;
  const choose = option.parseArg;
  const given: string[] = [];
  return option.argParser((text: string) => {
    refuseMissing(text);
    if (value.kind !== 'list' && given.length > 0) {
      throw new InvalidArgumentError('The option can be given only once.');
    }
    given.push(text);
    if (value.kind === 'list') return given;
    if (value.kind === 'integer') return parseInteger(text, value);
    return choose ? choose(text, undefined) : text;
  });
}

/** An unset variable in `--config "$DIR"` must not mean the default, nor take the next option. */
function refuseMissing(text: string): void {
  if (text.trim() !== '' && !text.startsWith('--')) return;
  throw new InvalidArgumentError('The value is missing.');
}

function parseInteger(text: string, range: { min: number; max: number }): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= range.min && number <= range.max) return number;
  throw new InvalidArgumentError(`It must be ${rangeText(range)}.`);
}

function describe(description: string, value: OptionValue): string {
  return value.kind === 'integer' ? `${description}: ${rangeText(value)}` : description;
}

/** `a whole number from 1 to 10,000`: the same words in help and in errors. */
function rangeText({ min, max }: { min: number; max: number }): string {
  return `a whole number from ${numberText(min)} to ${numberText(max)}`;
}
