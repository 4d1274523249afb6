import type { RuleCases } from '../rule-cases.ts';
import { everyScriptIsStarted } from '../scripts.ts';

export const scriptCases: readonly RuleCases[] = [
  {
    name: 'a test names each script that runs as a process',
    rule: everyScriptIsStarted,
    fails: [
      [
        'test/support/children/a.ts:1 is not named by any test',
        { 'test/support/children/a.ts': "startChild('a.ts');", 'docs/a.md': "`'a.ts'`" },
      ],
    ],
    passes: [
      {
        'test/support/children/a.ts': "import './speak.ts';",
        'test/support/children/speak.ts': '',
        'test/a.test.ts': "startChild('a.ts');",
      },
    ],
  },
];
