import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SALESFORCE_LIMITS } from '../../src/vendors/salesforce/limits.ts';
import {
  chunkValues,
  soqlDateTime,
  soqlIn,
  soqlString,
} from '../../src/vendors/salesforce/soql.ts';
import { salesforceTime } from '../../src/vendors/salesforce/time.ts';

/** Parses like SOQL: a backslash escapes the next character, a bare quote ends the literal. */
function unescapeLiteral(literal: string): string {
  const inside = /^'((?:[^'\\]|\\['\\])*)'$/s.exec(literal)?.[1];
  if (inside === undefined) throw new Error(`not one literal: ${literal}`);
  return inside.replace(/\\(['\\])/gs, '$1');
}

describe('SOQL literals', () => {
  test.each([
    ["O'Hara@example.com", "'O\\'Hara@example.com'"],
    ['back\\slash', "'back\\\\slash'"],
    ["\\'", "'\\\\\\''"],
    ["x' OR Name != '", "'x\\' OR Name != \\''"],
    ['', "''"],
    ['\u{1F4C4} \u05E9\u05DC\u05D5\u05DD', "'\u{1F4C4} \u05E9\u05DC\u05D5\u05DD'"],
  ])('%j becomes %s', (value, literal) => {
    expect(soqlString(value)).toBe(literal);
  });

  test('any text can be parsed back from its literal', () => {
    const tricky = fc.string({
      unit: fc.constantFrom("'", '\\', '"', '%', '_', '\n', 'a', '\u{1F600}'),
    });
    fc.assert(
      fc.property(fc.oneof(tricky, fc.string({ unit: 'grapheme' })), (value) => {
        expect(unescapeLiteral(soqlString(value))).toBe(value);
      }),
    );
  });

  test('half of a surrogate pair can still be put in a URL', () => {
    expect(encodeURIComponent(soqlString('a\uD83D'))).toBe("'a%EF%BF%BD'");
  });

  test('an empty list is refused, not omitted', () => {
    expect(() => soqlIn('Email', [])).toThrow('Email');
    expect(soqlIn('Email', ['a', "b'c"])).toBe("Email IN ('a','b\\'c')");
  });

  test.each([
    [Date.UTC(2026, 10, 1, 9, 30, 15, 999), '2026-11-01T09:30:15Z'],
    [Date.UTC(2026, 10, 1), '2026-11-01T00:00:00Z'],
    [-1, '1969-12-31T23:59:59Z'],
  ])('%d is in the second %s', (ms, literal) => {
    expect(soqlDateTime(ms)).toBe(literal);
  });
});

describe('chunks of values', () => {
  test('no value is lost, and no chunk is empty or exceeds a limit', () => {
    const values = fc.array(fc.string({ maxLength: 2_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(values, (list) => {
        const chunks = chunkValues(list);
        expect(chunks.flat()).toEqual(list);
        for (const chunk of chunks) {
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.map(soqlString).join(',').length).toBeLessThanOrEqual(
            SALESFORCE_LIMITS.valueCharactersPerQueryMax,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a chunk contains a thousand short values', () => {
    const chunks = chunkValues(Array.from({ length: 2_500 }, (_, index) => `p${index}@x.com`));
    expect(chunks.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  test('long values make shorter chunks', () => {
    const chunks = chunkValues(Array.from({ length: 1_000 }, () => 'x'.repeat(250)));
    expect(chunks.map(({ length }) => length)).toEqual([316, 316, 316, 52]);
  });
});

describe('Salesforce times', () => {
  test.each([
    ['2026-11-01T09:30:00.000+0000', Date.UTC(2026, 10, 1, 9, 30)],
    ['2026-11-01T09:30:00.123Z', Date.UTC(2026, 10, 1, 9, 30, 0, 123)],
    ['2026-11-01T09:30:00Z', Date.UTC(2026, 10, 1, 9, 30)],
    ['2026-11-01T09:30:00.000-05:00', Date.UTC(2026, 10, 1, 14, 30)],
  ])('%s is read', (text, ms) => {
    expect(salesforceTime(text)).toBe(ms);
  });

  test('have the same value in the usual form and in any other', () => {
    const bounds = { min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') };
    fc.assert(
      fc.property(fc.date({ ...bounds, noInvalidDate: true }), (date) => {
        const text = date.toISOString();
        expect(salesforceTime(text.replace('Z', '+0000'))).toBe(date.getTime());
        expect(salesforceTime(text.replace('Z', '+00:00'))).toBe(date.getTime());
      }),
    );
  });

  test('on the last days of each month, and on days that a month does not have', () => {
    for (const year of [2026, 2028, 2100]) {
      for (let month = 1; month <= 13; month += 1) {
        for (let day = 27; day <= 32; day += 1) {
          const text = `${year}-${String(month).padStart(2, '0')}-${day}T23:59:59.999`;
          // The same time in a form that is never parsed by position.
          expect(outcomeOf(`${text}+0000`)).toBe(outcomeOf(`${text}Z`));
        }
      }
    }
  });

  test('of the usual length with one wrong character are parsed like any other, or refused', () => {
    const usual = '2026-02-28T23:59:59.999+0000';
    const positions = fc.integer({ min: 0, max: usual.length - 1 });
    fc.assert(
      fc.property(positions, fc.constantFrom(...'0123456789:-+.TZ aé'), (position, character) => {
        const text = usual.slice(0, position) + character + usual.slice(position + 1);
        // The same time in a form that is never parsed by position.
        expect(outcomeOf(text)).toBe(outcomeOf(text.replace(/\+0000$/, 'Z')));
      }),
      { numRuns: 500 },
    );
    expect(outcomeOf(usual)).toBe(Date.UTC(2026, 1, 28, 23, 59, 59, 999));
  });

  test.each(['', '2026-11-01', '2026-11-01T09:30:00', '2026-13-01T09:30:00Z', 'yesterday'])(
    '%j is refused',
    (text) => {
      expect(() => salesforceTime(text)).toThrow('not a Salesforce time');
    },
  );
});

function outcomeOf(text: string): number | 'refused' {
  try {
    return salesforceTime(text);
  } catch {
    return 'refused';
  }
}
