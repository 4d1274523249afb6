import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createReferenceSources,
  interpolate,
  type ReferenceSources,
} from '../../src/config/interpolate.ts';
import { ConfigFolder } from '../support/config-folder.ts';

/** The value of a reference names the reference. */
const echo: ReferenceSources = {
  variable: (name) => ({ value: `<variable ${name}>` }),
  file: (path) => ({ value: `<file ${path}>` }),
};

describe('interpolate', () => {
  test.each([
    ['plain', 'plain', 'none'],
    ['', '', 'none'],
    ['$NAME {NAME} $', '$NAME {NAME} $', 'none'],
    ['${NAME}', '<variable NAME>', 'whole'],
    ['${_a1}', '<variable _a1>', 'whole'],
    ['${file:a/b c.pem}', '<file a/b c.pem>', 'whole'],
    ['${file:/run/secrets/key}', '<file /run/secrets/key>', 'whole'],
    ['https://${HOST}/${file:path}', 'https://<variable HOST>/<file path>', 'mixed'],
    ['${A}${B}', '<variable A><variable B>', 'mixed'],
    ['${A} ', '<variable A> ', 'mixed'],
    ['$${NAME}', '${NAME}', 'none'],
    ['$$${NAME}', '$${NAME}', 'none'],
    ['$${${NAME}}', '${<variable NAME>}', 'mixed'],
    ['${file}', '<variable file>', 'whole'],
  ])('%j becomes %j', (text, value, references) => {
    expect(interpolate(text, echo)).toEqual({ value, problems: [], references });
  });

  test('escaping each ${ preserves any text', () => {
    const texts = fc.array(fc.constantFrom('$', '{', '}', '${', '$${', 'NAME', 'file:', 'é', ' '));
    fc.assert(
      fc.property(texts, (pieces) => {
        const text = pieces.join('');
        const escaped = text.replaceAll('${', () => '$${');
        expect(interpolate(escaped, echo)).toMatchObject({ value: text, references: 'none' });
      }),
    );
  });

  test('a value is not interpolated again, and the text around it is unchanged', () => {
    const plain = fc.string().map((text) => text.replaceAll('$', ''));
    fc.assert(
      fc.property(plain, fc.string(), plain, (before, value, after) => {
        const sources: ReferenceSources = { ...echo, variable: () => ({ value }) };
        const resolved = interpolate(`${before}\${NAME}${after}`, sources);
        expect(resolved.value).toBe(before + value + after);
      }),
    );
  });

  test('never throws, and returns either a value or problems', () => {
    const missing: ReferenceSources = {
      variable: (name) => ({ problem: `no ${name}` }),
      file: (path) => ({ problem: `no ${path}` }),
    };
    const texts = fc.array(fc.constantFrom('$', '{', '}', '${', 'A', 'file:', 'x', '\n'));
    fc.assert(
      fc.property(texts, (pieces) => {
        const { value, problems } = interpolate(pieces.join(''), missing);
        expect(value === undefined).toBe(problems.length > 0);
      }),
    );
  });
});

describe('createReferenceSources', () => {
  test.each([
    ['no newline', 'value', 'value'],
    ['one newline', 'value\n', 'value'],
    ['one Windows newline', 'value\r\n', 'value'],
    ['two newlines: one belongs to the content', 'value\n\n', 'value\n'],
    ['spaces', ' value \n', ' value '],
    ['a byte order mark', '\u{feff}value', 'value'],
  ])('a file with %s', (_name, text, value) => {
    using folder = new ConfigFolder({ 'config/secret': text });
    const sources = createReferenceSources(folder.path('config'), {});
    expect(sources.file('secret')).toEqual({ value });
    expect(sources.file('../config/secret')).toEqual({ value });
    expect(sources.file(folder.path('config/secret'))).toEqual({ value });
  });

  test('a file without a value is a problem with the reason and the path', () => {
    using folder = new ConfigFolder({ 'config/empty': '\n', 'config/large': 'x'.repeat(1048577) });
    folder.write('config/binary', Buffer.from([0x66, 0xff]));
    const sources = createReferenceSources(folder.path('config'), {});
    const sentences = ['gone', 'empty', 'large', 'binary', '.'].map((path) => sources.file(path));
    const at = (path: string): string => `(path: ${folder.path(path)})`;
    expect(sentences).toEqual([
      { problem: `the file gone does not exist ${at('config/gone')}` },
      { problem: 'the file empty is empty' },
      {
        problem: `the file large is too large: 1048577 bytes, at most 1048576 ${at('config/large')}`,
      },
      { problem: `the file binary is not UTF-8 text ${at('config/binary')}` },
      { problem: `the file . is a folder ${at('config')}` },
    ]);
  });
});
