import type { Held } from '../rule-cases.ts';
import {
  dependenciesAreUsed,
  developmentDependenciesAreUsed,
  everyExportIsUsed,
  everyFileIsUsed,
} from '../unused.ts';

const MADE_UP = { cron: 'its room is not there yet' };

/** Dependencies that nothing imports, and why they are there all the same. */
const EXCUSES = {};

const DEVELOPMENT_EXCUSES = {
  '@biomejs/biome': 'the formatter and linter of "npm run check"',
  '@types/better-sqlite3': 'types of better-sqlite3',
  '@types/node': 'types of Node',
  node: 'the Node that every script runs on',
  typescript: 'the compiler of "npm run check" and "npm run build"',
};

export const leftoversRules: readonly Held[] = [
  {
    says: 'whatever the product exports, the product imports',
    rule: everyExportIsUsed,
    breaks: [
      ['exports a', { 'src/lib/a.ts': 'export const a = 1;' }],
      [
        'exports b',
        {
          'src/lib/a.ts': 'export const { a, c: [b] } = d;',
          'src/lib/b.ts': "import { a } from './a.ts';",
        },
      ],
      ['exports A', { 'src/lib/a.ts': 'export interface A { b: string }' }],
      ['exports b', { 'src/lib/a.ts': "export { b } from './b.ts';" }],
      ['exports a', { 'src/lib/a.ts': 'export function a() {}\na();' }],
      [
        'exports a',
        {
          'src/lib/a.ts': 'export function a() {}',
          'test/a.ts': "import { a } from '../src/lib/a.ts';",
        },
      ],
      [
        'exports b',
        {
          'src/lib/a.ts': 'export const a = 1;\nexport const b = 2;',
          'src/lib/c.ts': "const c = (await import('./a.ts')).a;",
        },
      ],
    ],
    keeps: [
      {
        'src/lib/a.ts':
          'export interface A {}\nexport function a(): A { return {}; }\nexport const b = 1;',
        'src/lib/b.ts': "import { a } from './a.ts';\nconst { b } = await import('./a.ts');",
      },
      { 'src/lib/a.ts': 'export const a = 1;', 'src/lib/b.ts': "import * as all from './a.ts';" },
      {
        'src/lib/a.ts': 'export function part() {}\nexport const a = part();',
        'src/lib/b.ts': "import { a } from './a.ts';",
        'test/a.test.ts': "import { part } from '../src/lib/a.ts';",
      },
    ],
  },
  {
    says: 'every file is reached from the program or from a test',
    rule: everyFileIsUsed,
    breaks: [
      [
        'src/lib/a.ts:1 is not reached',
        { 'src/main.ts': '', 'src/lib/a.ts': '', 'test/a.test.ts': "import '../src/lib/a.ts';" },
      ],
      ['test/support/a.ts:1 is used by no test', { 'test/support/a.ts': '' }],
    ],
    keeps: [
      { 'src/main.ts': "await import('./lib/a.ts');", 'src/lib/a.ts': '' },
      {
        'test/a.test.ts': "startChild('child.ts');",
        'test/support/child.ts': "import './speak.ts';",
        'test/support/speak.ts': '',
      },
      { 'test/bench/a.ts': '', 'docs/bench.md': 'Run node test/bench/a.ts' },
    ],
  },
  {
    says: 'dependencies are imported, imports are dependencies, and no excuse is out of date',
    rule: dependenciesAreUsed(EXCUSES),
    tried: dependenciesAreUsed(MADE_UP),
    breaks: [
      ['has zod, which nothing', { 'package.json': '{"dependencies":{"zod":"1","cron":"1"}}' }],
      [
        'lacks zod',
        { 'package.json': '{"dependencies":{"cron":"1"}}', 'src/lib/a.ts': "import 'zod/mini';" },
      ],
      [
        'no excuse for cron',
        { 'package.json': '{"dependencies":{"cron":"1"}}', 'src/lib/a.ts': "import 'cron';" },
      ],
      ['no excuse for cron', { 'package.json': '{"dependencies":{}}' }],
    ],
    keeps: [
      {
        'package.json': '{"dependencies":{"zod":"1","cron":"1"}}',
        'src/lib/a.ts': "import { z } from 'zod';\nimport 'node:fs';",
      },
    ],
  },
  {
    says: 'what is there for development is used, and no excuse is out of date',
    rule: developmentDependenciesAreUsed(DEVELOPMENT_EXCUSES),
    tried: developmentDependenciesAreUsed(MADE_UP),
    breaks: [
      [
        'has knip for development',
        { 'package.json': '{"devDependencies":{"knip":"1","cron":"1"}}' },
      ],
      ['no excuse for cron', { 'package.json': '{"devDependencies":{}}' }],
    ],
    keeps: [
      {
        'package.json': '{"devDependencies":{"vitest":"1","cron":"1"}}',
        'test/a.ts': "import 'vitest/node';",
      },
    ],
  },
];
