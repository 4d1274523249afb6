import type { RuleCases } from '../rule-cases.ts';
import {
  FILE_LINES_MAX,
  filesAreShort,
  functionsAreShort,
  functionsTakeFewParameters,
  mostFunctionsAreShorter,
} from '../sizes.ts';

const lines = (count: number) => '\n'.repeat(count);

export const sizeCases: readonly RuleCases[] = [
  {
    name: `no file has more than ${FILE_LINES_MAX} lines`,
    rule: filesAreShort,
    fails: [['has 401 lines', { 'test/a.ts': lines(401) }]],
    passes: [{ 'src/lib/a.ts': lines(400) }, { 'docs/a.md': lines(1_000) }],
  },
  {
    name: 'no function has more than 70 lines',
    rule: functionsAreShort,
    fails: [
      ['a function of 71 lines', { 'src/lib/a.ts': `function a() {\n${lines(69)}}` }],
      ['a function of 71 lines', { 'test/a.ts': `it('x', () => {\n${lines(69)}});` }],
      ['a function of 71 lines', { 'src/lib/a.ts': `class A {\n  a() {\n${lines(69)}  }\n}` }],
    ],
    passes: [
      { 'src/lib/a.ts': `function a() {\n${lines(68)}}` },
      { 'test/a.ts': `describe.each([1])('x', () => {\n${lines(100)}});` },
    ],
  },
  {
    name: '90 % of functions have at most 45 lines',
    rule: mostFunctionsAreShorter,
    fails: [['46 lines', { 'src/lib/a.ts': `function a() {\n${lines(44)}}` }]],
    passes: [{ 'src/lib/a.ts': `function a() {\n${lines(43)}}` }],
  },
  {
    name: 'no function takes more than three parameters',
    rule: functionsTakeFewParameters,
    fails: [['4 parameters', { 'src/lib/a.ts': 'const a = (b, c, d, e) => b;' }]],
    passes: [{ 'src/lib/a.ts': 'const a = (b, c, d) => b;' }],
  },
];
