import { parseArgs } from 'node:util';

/** `--workers N` simulates one size; without it, the table compares several. */
const WORKERS = [1, 4, 16];

export interface SimulateOptions {
  readonly tenants: number;
  readonly days: number;
  readonly workers: readonly number[];
  readonly atOnce: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Throws for an unknown flag or a value that is not a positive whole number. */
export function parseOptions(words: readonly string[]): SimulateOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      tenants: { type: 'string', default: '10000' },
      days: { type: 'string', default: '365' },
      workers: { type: 'string' },
      'at-once': { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    tenants: wholeNumber('--tenants', values.tenants),
    days: wholeNumber('--days', values.days),
    workers: values.workers ? [wholeNumber('--workers', values.workers)] : WORKERS,
    atOnce: wholeNumber('--at-once', values['at-once']),
    seed: wholeNumber('--seed', values.seed),
    json: values.json,
  };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${flag}: expected a positive whole number, got ${text}`);
}
