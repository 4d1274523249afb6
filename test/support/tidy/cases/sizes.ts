import type { Held } from '../rule-cases.ts';
import {
  FILE_LINES_MAX,
  filesAreShort,
  functionsAreShort,
  functionsTakeFewParameters,
  mostFunctionsAreShorter,
} from '../sizes.ts';

const lines = (count: number) => '\n'.repeat(count);

export const sizesRules: readonly Held[] = [
  {
    says: `no file has more than ${FILE_LINES_MAX} lines`,
    rule: filesAreShort,
    breaks: [['has 401 lines', { 'test/a.ts': lines(401) }]],
    keeps: [{ 'src/lib/a.ts': lines(400) }, { 'docs/a.md': lines(1_000) }],
  },
  {
    says: 'no function has more than 70 lines',
    rule: functionsAreShort,
    breaks: [
      ['a function of 71 lines', { 'src/lib/a.ts': `function a() {\n${lines(69)}}` }],
      ['a function of 71 lines', { 'test/a.ts': `it('x', () => {\n${lines(69)}});` }],
      ['a function of 71 lines', { 'src/lib/a.ts': `class A {\n  a() {\n${lines(69)}  }\n}` }],
    ],
    keeps: [
      { 'src/lib/a.ts': `function a() {\n${lines(68)}}` },
      { 'test/a.ts': `describe.each([1])('x', () => {\n${lines(100)}});` },
    ],
  },
  {
    says: 'nine of ten functions are of 45 lines at most',
    rule: mostFunctionsAreShorter,
    breaks: [['46 lines', { 'src/lib/a.ts': `function a() {\n${lines(44)}}` }]],
    keeps: [{ 'src/lib/a.ts': `function a() {\n${lines(43)}}` }],
  },
  {
    says: 'no function takes more than three parameters',
    rule: functionsTakeFewParameters,
    breaks: [['4 parameters', { 'src/lib/a.ts': 'const a = (b, c, d, e) => b;' }]],
    keeps: [{ 'src/lib/a.ts': 'const a = (b, c, d) => b;' }],
  },
];
