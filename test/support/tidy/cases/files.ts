import { foldersAreKnown, lockFileHasNoHosts, nothingNamesTheWorkshop } from '../files.ts';
import type { Held } from '../rule-cases.ts';

export const paperRules: readonly Held[] = [
  {
    says: 'every folder is one that the project has',
    rule: foldersAreKnown,
    breaks: [['scripts:1 is no folder', { 'scripts/a.sh': '' }]],
    keeps: [{ 'src/a.ts': '', 'README.md': '', 'docs/a.md': '' }],
  },
  {
    says: 'no file names where it was made or a registry that others cannot reach',
    rule: nothingNamesTheWorkshop,
    breaks: [
      ['README.md:2 names', { 'README.md': `see\n${['', 'work', 'main'].join('/')}` }],
      ['names', { 'src/a.ts': `const a = '${['', 'farm', 'x'].join('/')}';` }],
      ['names', { '.npmrc': ['registry=https://', 'regis', 'try.example/'].join('') }],
    ],
    keeps: [{ 'README.md': 'https://www.npmjs.com/package/kysely and src/network/a, homework/x' }],
  },
  {
    says: 'the lock file does not say from which host it was filled',
    rule: lockFileHasNoHosts,
    breaks: [['says where', { 'package-lock.json': '{\n"resolved": "https://x/y.tgz"\n}' }]],
    keeps: [{ 'package-lock.json': '{\n"integrity": "sha512-x"\n}' }],
  },
];
