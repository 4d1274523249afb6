import { CONFIG_LIMITS } from '../../config/limits.ts';
import { durationText } from '../../lib/format.ts';
import { STOP_LIMITS } from '../../lib/limits.ts';
import { QUEUE_LIMITS } from '../../queue/limits.ts';
import { type CommandDefinition, EXIT } from '../command.ts';

const DRAIN = durationText(STOP_LIMITS.drainMsMax);
const SLICE = durationText(QUEUE_LIMITS.sliceMs);

export const workerDefinition: CommandDefinition = {
  name: 'worker',
  summary: 'take runs from the shared queue, on any number of machines (PostgreSQL only)',
  description: [
    'Runs until stopped, and executes the runs that `sharetrail start` puts into the queue. Start ' +
      'as many workers as you need, on any number of machines, with the same configuration. A ' +
      'tenant never has two runs at once. If a worker dies, another one resumes its runs within a ' +
      'minute from the last committed page.',
    `A backfill that was interrupted continues in slices of ${SLICE}, behind all due runs.`,
    'SIGHUP reloads the configuration; an invalid tenant keeps its previous one. On SIGTERM or ' +
      `SIGINT, the worker takes no more runs, gives running ones ${DRAIN}, puts them back into the ` +
      'queue, and exits. A second signal exits immediately.',
    'If `http` is set in sharetrail.yaml, it also serves the operator page, metrics, and probes.',
  ],
  arguments: [],
  options: [
    {
      flags: '--at-once N',
      description: 'runs at the same time in this process (default: tenantsAtOnce)',
      value: { kind: 'integer', min: 1, max: CONFIG_LIMITS.tenantsAtOnceMax },
    },
  ],
  examples: [
    { command: 'sharetrail worker', does: 'take runs until stopped' },
    { command: 'sharetrail worker --at-once 8', does: 'up to eight at the same time' },
  ],
  exitCodes: {
    [EXIT.success]: 'stopped; everything is written',
    [EXIT.needsAttention]: 'stopped, but the end of a run could not be written',
    [EXIT.couldNotRun]: 'could not run (usage, configuration, database or port, or not PostgreSQL)',
  },
  // A statement that a broken network never answers must not keep the process.
  exitsAtOnce: true,
  load: async () => (await import('./command.ts')).worker,
};
