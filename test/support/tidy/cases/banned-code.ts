import { bannedCodeHasOnePlace, everyTestRuns, noAny, nothingIsSilenced } from '../banned-code.ts';
import { pureModulesHaveNoEffects } from '../pure-modules.ts';
import type { RuleCases } from '../rule-cases.ts';

// Assembled from parts, so that this file does not contain them itself.
const SILENCERS = [
  ...['ignore', 'expect-error', 'nocheck'].map((word) => `@ts-${word}`),
  ['biome', 'ignore'].join('-'),
];

export const bannedCodeCases: readonly RuleCases[] = [
  {
    name: 'pure modules use no clock, randomness, process, or network',
    rule: pureModulesHaveNoEffects,
    fails: [
      ['new Date()', { 'src/event/a.ts': 'const now = new Date();' }],
      ['Date.now', { 'src/share/a.ts': 'const now = Date.now;' }],
      ['Math.random', { 'src/outbox/backoff.ts': 'const wait = Math.random();' }],
      ['setTimeout', { 'src/crm/match/a.ts': 'setTimeout(() => {}, 1);' }],
      ['crypto', { 'src/vendors/gong/classify.ts': 'const id = crypto.randomUUID();' }],
      ['fetch', { 'src/share/a.ts': "const a = await fetch('x');" }],
    ],
    passes: [
      { 'src/event/a.ts': 'const day = new Date(share.at);\nconst { crypto: name } = share;' },
      { 'src/push/a.ts': 'setTimeout(() => {}, 1);' },
    ],
  },
  {
    name: 'time, randomness, environment, output, and network are each used in one place',
    rule: bannedCodeHasOnePlace,
    fails: [
      ['process.env', { 'src/runs/a.ts': "const a = process.env['A'];" }],
      ['process.env', { 'src/runs/a.ts': "const a = process['env'];" }],
      ['console', { 'src/cli/a.ts': "console.log('x');" }],
      ['process.stdout', { 'src/runs/a.ts': "process.stdout.write('x');" }],
      ['process.stderr', { 'src/cli/terminal/write.ts': "process.stderr.write('x');" }],
      ['process.exit', { 'src/runs/a.ts': 'process.exit(1);' }],
      ['Date.now', { 'src/sandbox/a.ts': 'const now = Date.now();' }],
      ['new Date()', { 'src/db/a.ts': 'const now = new Date();' }],
      ['performance', { 'src/runs/a.ts': 'const now = performance.now();' }],
      ['Math.random', { 'src/push/a.ts': 'const random = Math.random;' }],
      ['fetch', { 'src/runs/a.ts': "const answer = await fetch('https://x');" }],
      ['fetch', { 'src/vendors/gong/a.ts': "const response = await fetch('https://x');" }],
      ['globalThis', { 'src/runs/a.ts': 'const f = globalThis.fetch;' }],
      [
        "Gong's path",
        { 'src/push/a.ts': "const path = '/v2/customer-engagement/content/shared';" },
      ],
      ["Gong's path", { 'src/push/a.ts': 'const url = `$' + '{base}/v2/customer-engagement/x`;' }],
    ],
    passes: [
      { 'src/config/a.ts': 'process.env;', 'src/lib/clock.ts': 'Date.now(); new Date();' },
      {
        'src/runs/a.ts':
          'const at = new Date(0);\nconst a = { console: 1, performance: 2 };\na.console;',
      },
      { 'src/runs/a.ts': '// console.log(process.env)\nconst text = "process.env";' },
    ],
  },
  {
    name: 'no comment disables the compiler, the linter, or coverage',
    rule: nothingIsSilenced,
    fails: SILENCERS.map((needle) => [needle, { 'test/a.ts': `// ${needle} because` }] as const),
    passes: [{ 'src/a.ts': '// ignored by biome' }],
  },
  {
    name: 'no code has the type any',
    rule: noAny,
    fails: [
      ['a.ts:2', { 'test/a.ts': 'let a: unknown;\nlet b: any;' }],
      ['the type any', { 'src/lib/a.ts': 'const a = b as Array<any>;' }],
    ],
    passes: [{ 'src/lib/a.ts': 'const any = "any"; // any\nexpect.any(Number);' }],
  },
  {
    name: 'no test is skipped',
    rule: everyTestRuns,
    fails: ['it.only', 'test.skip', 'describe.todo', 'it.skipIf(true)', 'it.concurrent.skip'].map(
      (call) => ['skips tests with', { 'test/a.test.ts': `${call}('x', () => {});` }] as const,
    ),
    passes: [{ 'test/a.test.ts': "it.each([1])('x', () => { cursor.skip(); });" }],
  },
];
