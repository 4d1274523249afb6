import { englishIsPlain } from '../english.ts';
import type { RuleCases } from '../rule-cases.ts';

export const englishCases: readonly RuleCases[] = [
  {
    name: 'all texts are in plain English',
    rule: englishIsPlain,
    fails: [
      ['README.md:2 says "nobody"', { 'README.md': '# A\nWhen nobody reads it.' }],
      ['docs/a.md:1 says "goes on"', { 'docs/a.md': 'It goes\non where it stopped.' }],
      ['src/lib/a.ts:1 says "by hand"', { 'src/lib/a.ts': "const hint = 'Do it by hand.';" }],
      [
        'src/lib/a.ts:2 says "made up for"',
        { 'src/lib/a.ts': '/**\n * It is made up\n * for.\n */' },
      ],
      ['test/a.test.ts:1 says "he"', { 'test/a.test.ts': "test('a user whom he knows', run);" }],
      ['docs/a.md:1 says "That has to do"', { 'docs/a.md': 'One page. That has to do.' }],
      ['config/a.yaml:1 says "Somebody"', { 'config/a.yaml': '# Somebody set it' }],
    ],
    passes: [
      {
        'README.md': 'The operator reads it. It resumes; standard output, a stand-in, the others.',
        'src/lib/a.ts': '/** The schedule state. */\nconst holdDays = 3;',
        'docs/a.md': 'It says what you have to do, and which error has to do with it.',
        'package-lock.json': '{ "nobody": true }',
        'src/lib/b.txt.bin': 'nobody',
      },
    ],
  },
];
