import {
  importsFollowLayers,
  packagesHaveOnePlace,
  startIsLight,
  vendorsAreSeparate,
} from '../layers.ts';
import { pureModulesImportPure } from '../pure-modules.ts';
import type { RuleCases } from '../rule-cases.ts';

export const importCases: readonly RuleCases[] = [
  {
    name: 'imports only go down the layers',
    rule: importsFollowLayers,
    fails: [
      ['crm must not import sources', { 'src/crm/a.ts': "import { b } from '../sources/b.ts';" }],
      ['sources must not import crm', { 'src/sources/a.ts': "import { b } from '../crm/b.ts';" }],
      [
        'lib must not import config',
        { 'src/lib/a.ts': "import type { B } from '../config/b.ts';" },
      ],
      ['db must not import config', { 'src/db/a.ts': "export { b } from '../config/b.ts';" }],
      ['outbox must not import push', { 'src/outbox/a.ts': "export * from '../push/b.ts';" }],
      ['runs must not import cli', { 'src/runs/a.ts': "const b = await import('../cli/b.ts');" }],
      ['runs must not import cli', { 'src/runs/a.ts': "let b: import('../cli/b.ts').B;" }],
      ['runs must not import cli', { 'src/runs/a.ts': "new URL('../cli/b.ts', import.meta.url);" }],
      ['sandbox must not import config', { 'src/sandbox/a.ts': "import '../config/b.ts';" }],
      ['runs must not import sandbox', { 'src/runs/a.ts': "import '../sandbox/b.ts';" }],
      ['web must not import scheduler', { 'src/web/a.ts': "import '../scheduler/b.ts';" }],
      ['runs must not import migrations', { 'src/runs/a.ts': "import '../../migrations/b.ts';" }],
      ['migrations must not import lib', { 'migrations/1.ts': "import '../src/lib/b.ts';" }],
      ['cli must not import that folder', { 'src/cli/a.ts': "import '../../test/b.ts';" }],
      ['is not in a module', { 'src/utils/a.ts': '' }],
    ],
    passes: [
      { 'src/event/a.ts': "import { b } from '../crm/b.ts';\nimport { c } from './c.ts';" },
      { 'src/cli/a.ts': "import '../sandbox/b.ts';\nimport '../web/b.ts';" },
      {
        'src/db/a.ts': "import '../../migrations/index.ts';",
        'src/main.ts': "import './cli/b.ts';",
      },
    ],
  },
  {
    name: "a vendor's folder does not import another vendor's",
    rule: vendorsAreSeparate,
    fails: [
      ['gong must not import google', { 'src/vendors/gong/a.ts': "import '../google/b.ts';" }],
      ['shared code must not import gong', { 'src/vendors/http/a.ts': "import '../gong/b.ts';" }],
      ['shared code must not import gong', { 'src/vendors/jwt.ts': "import './gong/b.ts';" }],
    ],
    passes: [
      { 'src/vendors/gong/a.ts': "import '../jwt.ts';\nimport './b.ts';" },
      { 'src/vendors/gong/a.ts': "import '../http/b.ts';" },
      { 'src/vendors/http/a.ts': "import './b.ts';" },
      { 'src/push/a.ts': "import '../vendors/gong/b.ts';" },
    ],
  },
  {
    name: 'a package is imported only in its own modules',
    rule: packagesHaveOnePlace,
    fails: [
      ['jsforce, allowed only in src/vendors/salesforce', { 'src/crm/a.ts': "import 'jsforce';" }],
      ['googleapis', { 'src/sources/a.ts': "import 'googleapis/build/src/apis/drive/v3.js';" }],
      ['better-sqlite3', { 'src/outbox/a.ts': "import Database from 'better-sqlite3';" }],
      ['kysely', { 'src/push/a.ts': "import { sql } from 'kysely';" }],
      ['node:http', { 'src/runs/a.ts': "import { request } from 'node:http';" }],
      ['node:https', { 'src/vendors/gong/a.ts': "import https from 'node:https';" }],
      ['node:process, allowed only in no file', { 'src/config/a.ts': "import 'node:process';" }],
    ],
    passes: [
      { 'src/vendors/salesforce/a.ts': "import 'jsforce';", 'src/db/a.ts': "import 'kysely';" },
      { 'test/a.ts': "import 'jsforce';" },
    ],
  },
  {
    name: 'help and version load no package, other command lines only commander',
    rule: startIsLight,
    fails: [
      [
        'src/cli/b.ts:1 loads zod',
        {
          'src/main.ts': "await import('./cli/a.ts');",
          'src/cli/a.ts': "import './b.ts';",
          'src/cli/b.ts': "import { z } from 'zod';",
        },
      ],
      [
        'src/cli/b.ts:1 loads commander',
        {
          'src/cli/help-and-version.ts': "import './b.ts';",
          'src/cli/b.ts': "import { Command } from 'commander';",
        },
      ],
    ],
    passes: [
      {
        'src/main.ts': "import 'node:module';\nawait import('./cli/a.ts');",
        'src/cli/a.ts': "import type { z } from 'zod';\nconst load = () => import('./b.ts');",
        'src/cli/b.ts': "import { z } from 'zod';",
      },
      {
        'src/main.ts': "await import('./cli/a.ts');",
        'src/cli/a.ts': "import { Command } from 'commander';",
      },
    ],
  },
  {
    name: 'pure modules import only pure code',
    rule: pureModulesImportPure,
    fails: [
      ['node:fs', { 'src/share/a.ts': "import { readFileSync } from 'node:fs';" }],
      ['node:crypto', { 'src/event/a.ts': "import { randomUUID } from 'node:crypto';" }],
      ['src/lib/clock.ts', { 'src/event/a.ts': "import type { Clock } from '../lib/clock.ts';" }],
      ['src/lib/log.ts', { 'src/crm/match.ts': "import { silentLogger } from '../lib/log.ts';" }],
      [
        'src/crm/look-up.ts',
        {
          'src/crm/match/deal.ts': "import { lookUp } from '../look-up.ts';",
          'src/crm/look-up.ts': 'export const lookUp = () => fetch("");',
        },
      ],
      [
        'src/outbox/a.ts',
        {
          'src/outbox/states.ts': "import { a } from './a.ts';",
          'src/outbox/a.ts': "import { b } from './b.ts';",
          'src/outbox/b.ts': "import 'node:fs';",
        },
      ],
      [
        'jsforce',
        { 'src/vendors/salesforce/classify.ts': "import { Connection } from 'jsforce';" },
      ],
    ],
    passes: [
      {
        'src/event/a.ts':
          "import { createHash } from 'node:crypto';\nimport { z } from 'zod';\n" +
          "import { share } from '../share/share.ts';\nimport type { C } from '../config/types.ts';",
      },
      {
        'src/crm/match.ts': "import { LIMIT } from './limits.ts';\nimport '../lib/json.ts';",
        'src/crm/limits.ts': 'export const LIMIT = 3;',
      },
    ],
  },
];
