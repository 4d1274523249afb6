import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControls, escapeControlsBeyondAscii } from '../../src/cli/terminal/escape.ts';
import { displayWidth, pad, truncate, wrap } from '../../src/cli/terminal/width.ts';

describe('the width of text on a terminal', () => {
  it.each([
    ['', 0],
    ['Report.pdf', 10],
    ['Übergabe – naïve', 16],
    ['e\u0301', 1],
    ['契約書.pdf', 10],
    ['한국어', 6],
    ['ﾊﾝｶｸ', 4],
    ['ＡＢ', 4],
    ['🚀', 2],
    ['👩‍👩‍👧', 2],
    ['🇨🇭', 2],
    ['❤️', 2],
    ['❤', 1],
    ['חוזה', 4],
    ['عقد', 3],
    ['a\u200bb', 2],
    ['หนังสือ', 5],
  ])('%j takes %d cells', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('truncates between characters, never beyond the width', () => {
    expect(truncate('契約書.pdf', 5)).toBe('契約…');
    expect(truncate('契約書.pdf', 6)).toBe('契約…');
    expect(truncate('👩‍👩‍👧 family', 3)).toBe('👩‍👩‍👧…');
    expect(truncate('short', 5)).toBe('short');
    expect(truncate('short', 0)).toBe('');
  });

  it('makes no text wider by truncating, and none narrower by padding', () => {
    const text = fc.string({ unit: 'grapheme' }).map(escapeControls);
    fc.assert(
      fc.property(text, fc.nat(20), (any, width) => {
        expect(displayWidth(truncate(any, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(pad(any, width))).toBeGreaterThanOrEqual(width);
      }),
    );
  });

  it('wraps into lines that fit, without losing a letter', () => {
    const word = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
    // A command in backticks stays in one line.
    const words = fc.array(
      word.filter((one) => !one.includes('`')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 30 }), (given, width) => {
        const text = given.join(' ');
        const lines = wrap(text, width);
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('text from outside', () => {
  it.each([
    ['\u001b[2J\u001b[H', '\\u{1b}[2J\\u{1b}[H'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\u009b31m', '\\u{9b}31m'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['\ud800', '\ufffd'],
    ['Übergabe 契約 🚀 עברית', 'Übergabe 契約 🚀 עברית'],
  ])('shows %j as %j', (text, shown) => {
    expect(escapeControls(text)).toBe(shown);
  });

  it('contains no control character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(escapeControls(text)),
      ),
    );
  });

  it('keeps its value in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = escapeControlsBeyondAscii(JSON.stringify({ text }));
        expect(JSON.parse(json)).toEqual({ text });
        expect(json).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
      }),
    );
  });
});
