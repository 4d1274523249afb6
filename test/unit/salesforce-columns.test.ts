import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  readFlag,
  readId,
  readNumber,
  readText,
  readTime,
} from '../../src/vendors/salesforce/columns.ts';
import { optionalId, optionalText, requiredTime } from '../../src/vendors/salesforce/zod-fields.ts';

const id = fc.stringMatching(/^[0-9A-Za-z]{14,19}$/);
const time = fc
  .date({ noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '+0000'));
const plain = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(undefined));
const value = fc.oneof(id, time, plain, fc.jsonValue());

const KINDS: readonly (readonly [string, (value: unknown) => unknown, z.ZodType])[] = [
  ['an id', readId, optionalId],
  ['a time', readTime, requiredTime.nullish().catch(undefined)],
  ['a text', readText, optionalText],
  ['a number', readNumber, z.number().nullish().catch(undefined)],
  ['a flag', readFlag, z.boolean().nullish().catch(undefined)],
];

test.each(KINDS)(
  '%s is read as its schema reads it, whatever the column has',
  (_, read, schema) => {
    let readable = 0;
    fc.assert(
      fc.property(value, (column) => {
        const found = read(column);
        if (found !== undefined) readable += 1;
        expect(found).toEqual(schema.parse(column) ?? undefined);
      }),
      { numRuns: 500 },
    );
    expect(readable).toBeGreaterThan(5);
  },
);
