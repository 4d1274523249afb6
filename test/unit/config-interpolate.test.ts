import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReferenceTargets, resolveReferences } from '../../src/config/interpolate.ts';
import { createReferenceTargets } from '../../src/config/reference-targets.ts';
import { ConfigFolder } from '../support/config-folder.ts';

/** Says what it was asked for, so that a text shows what became of its references. */
const echo: ReferenceTargets = {
  variable: (name) => ({ value: `<variable ${name}>` }),
  file: (path) => ({ value: `<file ${path}>` }),
};

describe('resolveReferences', () => {
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
  ])('%j gives %j', (text, value, references) => {
    expect(resolveReferences(text, echo)).toEqual({ value, problems: [], references });
  });

  test('any text comes back when each ${ in it is escaped', () => {
    const texts = fc.array(fc.constantFrom('$', '{', '}', '${', '$${', 'NAME', 'file:', 'é', ' '));
    fc.assert(
      fc.property(texts, (pieces) => {
        const text = pieces.join('');
        const escaped = text.replaceAll('${', () => '$${');
        expect(resolveReferences(escaped, echo)).toMatchObject({ value: text, references: 'none' });
      }),
    );
  });

  test('a value is never read for references, and texts around it stay', () => {
    const plain = fc.string().map((text) => text.replaceAll('$', ''));
    fc.assert(
      fc.property(plain, fc.string(), plain, (before, value, after) => {
        const targets: ReferenceTargets = { ...echo, variable: () => ({ value }) };
        const resolved = resolveReferences(`${before}\${NAME}${after}`, targets);
        expect(resolved.value).toBe(before + value + after);
      }),
    );
  });

  test('never throws, and gives either a value or problems', () => {
    const missing: ReferenceTargets = {
      variable: (name) => ({ problem: `no ${name}` }),
      file: (path) => ({ problem: `no ${path}` }),
    };
    const texts = fc.array(fc.constantFrom('$', '{', '}', '${', 'A', 'file:', 'x', '\n'));
    fc.assert(
      fc.property(texts, (pieces) => {
        const { value, problems } = resolveReferences(pieces.join(''), missing);
        expect(value === undefined).toBe(problems.length > 0);
      }),
    );
  });
});

describe('createReferenceTargets', () => {
  test.each([
    ['no newline', 'value', 'value'],
    ['one newline', 'value\n', 'value'],
    ['one of Windows', 'value\r\n', 'value'],
    ['two newlines, of which one is the content', 'value\n\n', 'value\n'],
    ['spaces', ' value \n', ' value '],
    ['a byte order mark', '\u{feff}value', 'value'],
  ])('a file with %s', (_name, text, value) => {
    using folder = new ConfigFolder({ 'config/secret': text });
    const targets = createReferenceTargets(folder.path('config'), {});
    expect(targets.file('secret')).toEqual({ value });
    expect(targets.file('../config/secret')).toEqual({ value });
    expect(targets.file(folder.path('config/secret'))).toEqual({ value });
  });

  test('a file that gives nothing says why, with the place where it was looked for', () => {
    using folder = new ConfigFolder({ 'config/empty': '\n', 'config/large': 'x'.repeat(1048577) });
    folder.write('config/binary', Buffer.from([0x66, 0xff]));
    const targets = createReferenceTargets(folder.path('config'), {});
    const sentences = ['gone', 'empty', 'large', 'binary', '.'].map((path) => targets.file(path));
    const at = (path: string): string => `(looked for at ${folder.path(path)})`;
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
