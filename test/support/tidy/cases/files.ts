import { filesNameNoLocalPaths, foldersAreKnown, lockFileHasNoHosts } from '../files.ts';
import type { RuleCases } from '../rule-cases.ts';

export const fileCases: readonly RuleCases[] = [
  {
    name: 'every top-level folder is known',
    rule: foldersAreKnown,
    fails: [['scripts:1 is not a folder', { 'scripts/a.sh': '' }]],
    passes: [{ 'src/a.ts': '', 'README.md': '', 'docs/a.md': '' }],
  },
  {
    name: 'no file names a local path or a private registry',
    rule: filesNameNoLocalPaths,
    fails: [
      ['README.md:2 names', { 'README.md': `see\n${['', 'work', 'main'].join('/')}` }],
      ['names', { 'src/a.ts': `const a = '${['', 'farm', 'x'].join('/')}';` }],
      ['names', { '.npmrc': ['registry=https://', 'regis', 'try.example/'].join('') }],
    ],
    passes: [
      { 'README.md': 'https://www.npmjs.com/package/kysely and src/network/a, homework/x' },
      { '.github/a.yml': ['url: https://', 'regis', 'try.npmjs.org'].join('') },
    ],
  },
  {
    name: 'the lock file names no registry host',
    rule: lockFileHasNoHosts,
    fails: [
      ['names a registry host', { 'package-lock.json': '{\n"resolved": "https://x/y.tgz"\n}' }],
    ],
    passes: [{ 'package-lock.json': '{\n"integrity": "sha512-x"\n}' }],
  },
];
