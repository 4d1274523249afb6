import { backfillDefinition } from './backfill/definition.ts';
import { backupDefinition } from './backup/definition.ts';
import { checkDefinition } from './check/definition.ts';
import type { CommandDefinition } from './command.ts';
import { completionDefinition } from './completion/definition.ts';
import { configDefinitions } from './config/definition.ts';
import { copyDatabaseDefinition } from './copy-database/definition.ts';
import { demoDefinition } from './demo/definition.ts';
import { eventsDefinitions } from './events/definition.ts';
import { explainDefinition } from './explain/definition.ts';
import { forgetDefinition } from './forget/definition.ts';
import { initDefinition } from './init/definition.ts';
import { rebindDefinition } from './rebind/definition.ts';
import { restoreDefinition } from './restore/definition.ts';
import { sandboxDefinition } from './sandbox/definition.ts';
import { startDefinition } from './start/definition.ts';
import { statusDefinition } from './status/definition.ts';
import { syncDefinition } from './sync/definition.ts';
import { workerDefinition } from './worker/definition.ts';

/** Every command, in the order in which help lists them. */
export const definitions: readonly CommandDefinition[] = [
  syncDefinition,
  backfillDefinition,
  startDefinition,
  workerDefinition,
  statusDefinition,
  ...eventsDefinitions,
  explainDefinition,
  forgetDefinition,
  checkDefinition,
  rebindDefinition,
  backupDefinition,
  restoreDefinition,
  copyDatabaseDefinition,
  initDefinition,
  ...configDefinitions,
  completionDefinition,
  sandboxDefinition,
  demoDefinition,
];
