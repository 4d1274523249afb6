import type { Held } from '../held.ts';
import {
  layersHold,
  noCycles,
  packagesStayHome,
  startIsLight,
  vendorsStandApart,
} from '../layers.ts';
import { pureRoomsImportPure } from '../pure.ts';

export const importsRules: readonly Held[] = [
  {
    says: 'an import goes down the layers or does not exist',
    rule: layersHold,
    breaks: [
      ['crm may not know sources', { 'src/crm/a.ts': "import { b } from '../sources/b.ts';" }],
      ['sources may not know crm', { 'src/sources/a.ts': "import { b } from '../crm/b.ts';" }],
      ['lib may not know config', { 'src/lib/a.ts': "import type { B } from '../config/b.ts';" }],
      ['db may not know config', { 'src/db/a.ts': "export { b } from '../config/b.ts';" }],
      ['outbox may not know push', { 'src/outbox/a.ts': "export * from '../push/b.ts';" }],
      ['runs may not know cli', { 'src/runs/a.ts': "const b = await import('../cli/b.ts');" }],
      ['runs may not know cli', { 'src/runs/a.ts': "let b: import('../cli/b.ts').B;" }],
      ['runs may not know cli', { 'src/runs/a.ts': "new URL('../cli/b.ts', import.meta.url);" }],
      ['sandbox may not know config', { 'src/sandbox/a.ts': "import '../config/b.ts';" }],
      ['runs may not know sandbox', { 'src/runs/a.ts': "import '../sandbox/b.ts';" }],
      ['web may not know scheduler', { 'src/web/a.ts': "import '../scheduler/b.ts';" }],
      ['runs may not know migrations', { 'src/runs/a.ts': "import '../../migrations/b.ts';" }],
      ['migrations may not know lib', { 'migrations/1.ts': "import '../src/lib/b.ts';" }],
      ['cli may not know that folder', { 'src/cli/a.ts': "import '../../test/b.ts';" }],
      ['stands in no room', { 'src/utils/a.ts': '' }],
    ],
    keeps: [
      { 'src/event/a.ts': "import { b } from '../crm/b.ts';\nimport { c } from './c.ts';" },
      { 'src/cli/a.ts': "import '../sandbox/b.ts';\nimport '../web/b.ts';" },
      {
        'src/db/a.ts': "import '../../migrations/index.ts';",
        'src/main.ts': "import './cli/b.ts';",
      },
    ],
  },
  {
    says: 'one vendor’s folder knows nothing of another’s',
    rule: vendorsStandApart,
    breaks: [
      ['gong may not know google', { 'src/vendors/gong/a.ts': "import '../google/b.ts';" }],
      ['shared code may not know gong', { 'src/vendors/http/a.ts': "import '../gong/b.ts';" }],
      ['shared code may not know gong', { 'src/vendors/jwt.ts': "import './gong/b.ts';" }],
    ],
    keeps: [
      { 'src/vendors/gong/a.ts': "import '../jwt.ts';\nimport './b.ts';" },
      { 'src/vendors/gong/a.ts': "import '../http/b.ts';" },
      { 'src/vendors/http/a.ts': "import './b.ts';" },
      { 'src/push/a.ts': "import '../vendors/gong/b.ts';" },
    ],
  },
  {
    says: 'a package is imported in its own room only',
    rule: packagesStayHome,
    breaks: [
      ['jsforce, which belongs in src/vendors/salesforce', { 'src/crm/a.ts': "import 'jsforce';" }],
      ['googleapis', { 'src/sources/a.ts': "import 'googleapis/build/src/apis/drive/v3.js';" }],
      ['better-sqlite3', { 'src/outbox/a.ts': "import Database from 'better-sqlite3';" }],
      ['kysely', { 'src/push/a.ts': "import { sql } from 'kysely';" }],
      ['node:http', { 'src/runs/a.ts': "import { request } from 'node:http';" }],
      ['node:https', { 'src/vendors/gong/a.ts': "import https from 'node:https';" }],
      ['node:process, which belongs in no file', { 'src/config/a.ts': "import 'node:process';" }],
    ],
    keeps: [
      { 'src/vendors/salesforce/a.ts': "import 'jsforce';", 'src/db/a.ts': "import 'kysely';" },
      { 'test/a.ts': "import 'jsforce';" },
    ],
  },
  {
    says: 'no import goes round in a circle',
    rule: noCycles,
    breaks: [
      [
        'src/lib/a.ts -> src/lib/b.ts -> src/lib/a.ts',
        {
          'src/lib/a.ts': "import { b } from './b.ts';",
          'src/lib/b.ts': "import type { A } from './a.ts';",
        },
      ],
      ['src/lib/a.ts -> src/lib/a.ts', { 'src/lib/a.ts': "import './a.ts';" }],
    ],
    keeps: [
      {
        'src/lib/a.ts': "import './b.ts';\nimport './c.ts';",
        'src/lib/b.ts': "import './c.ts';",
        'src/lib/c.ts': '',
      },
    ],
  },
  {
    says: 'help and version load no package',
    rule: startIsLight,
    breaks: [
      [
        'src/cli/b.ts:1 loads zod',
        {
          'src/main.ts': "await import('./cli/a.ts');",
          'src/cli/a.ts': "import './b.ts';",
          'src/cli/b.ts': "import { z } from 'zod';",
        },
      ],
    ],
    keeps: [
      {
        'src/main.ts': "import 'node:module';\nawait import('./cli/a.ts');",
        'src/cli/a.ts': "import type { z } from 'zod';\nconst load = () => import('./b.ts');",
        'src/cli/b.ts': "import { z } from 'zod';",
      },
    ],
  },
  {
    says: 'pure rooms import only what is pure',
    rule: pureRoomsImportPure,
    breaks: [
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
    keeps: [
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
