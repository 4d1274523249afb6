import { namesArePlain } from '../identifiers.ts';
import type { RuleCases } from '../rule-cases.ts';

export const identifierCases: readonly RuleCases[] = [
  {
    name: 'names contain no banned word',
    rule: namesArePlain,
    fails: [
      ['a.ts:1 names something "toldFor"', { 'src/lib/a.ts': 'function toldFor() {}' }],
      ['a.ts:2 names something "tally"', { 'test/a.ts': 'class A {\n  #tally = 0;\n}' }],
      ['names something "WANTED_MAX"', { 'src/lib/a.ts': 'const WANTED_MAX = 1;' }],
      ['names something "findings"', { 'src/lib/a.ts': 'interface A { findings: string }' }],
      ['names something "lane"', { 'src/lib/a.ts': 'const lane = row.lane;' }],
      ['names something "lane"', { 'src/lib/a.ts': 'const { lane } = row;' }],
      ['latch.ts:1 has "latch" in its path', { 'src/push/wake-latch.ts': '' }],
    ],
    passes: [
      {
        'src/db/a.ts': 'interface Row { lane: string }\nupdate({ lane: partition }, row.lane);',
        'migrations/1.ts': 'function giveLanes() {}',
        'src/lib/b.ts': "const plane = 'told';\nfunction unwanted(trailer) {} // judge",
        'docs/trail.md': 'told',
      },
    ],
  },
];
