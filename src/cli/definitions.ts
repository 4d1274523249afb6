import type { CommandDefinition } from './command.ts';
import { backfillDefinition } from './definitions/backfill.ts';
import { backupDefinition } from './definitions/backup.ts';
import { configDefinitions } from './definitions/config.ts';
import { eventsDefinitions } from './definitions/events.ts';
import { sandboxDefinitions } from './definitions/sandbox.ts';
import { startDefinition } from './definitions/start.ts';
import { statusDefinition } from './definitions/status.ts';
import { syncDefinition } from './definitions/sync.ts';

/** Every command, in the order in which help lists them. */
export const definitions: readonly CommandDefinition[] = [
  syncDefinition,
  backfillDefinition,
  startDefinition,
  statusDefinition,
  ...eventsDefinitions,
  backupDefinition,
  ...configDefinitions,
  ...sandboxDefinitions,
];
