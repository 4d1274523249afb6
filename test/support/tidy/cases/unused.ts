import type { Held } from '../rule-cases.ts';
import { isCode, type Rule } from '../source.ts';

/** Scripts that run as processes. knip sees no import of them: tests start them by file name. */
const SCRIPT = /^test\/support\/(children|preload)\/(.+)$/;

const everyScriptIsStarted: Rule = (files) =>
  files.flatMap(({ path }) => {
    const name = SCRIPT.exec(path)?.[2];
    if (name === undefined) return [];
    const others = files.filter((file) => isCode(file) && file.path !== path);
    const isNamed = others.some(({ text }) => text.includes(`${name}'`));
    return isNamed ? [] : [`${path}:1 is named by no test`];
  });

export const leftoversRules: readonly Held[] = [
  {
    says: 'a test names each script that runs as a process',
    rule: everyScriptIsStarted,
    breaks: [
      [
        'test/support/children/a.ts:1 is named by no test',
        { 'test/support/children/a.ts': "startChild('a.ts');", 'docs/a.md': "`'a.ts'`" },
      ],
    ],
    keeps: [
      {
        'test/support/children/a.ts': "import './speak.ts';",
        'test/support/children/speak.ts': '',
        'test/a.test.ts': "startChild('a.ts');",
      },
    ],
  },
];
