import { durationText } from '../../lib/format.ts';
import { STOP_LIMITS } from '../../lib/limits.ts';
import { SCHEDULE_LIMITS } from '../../scheduler/limits.ts';
import { type CommandDefinition, EXIT } from '../command.ts';

const RETRY = durationText(SCHEDULE_LIMITS.retryMs);
const DRAIN = durationText(STOP_LIMITS.drainMsMax);

export const startDefinition: CommandDefinition = {
  name: 'start',
  summary: 'run the scheduler: each tenant on its schedule',
  description: [
    'Runs until stopped, and starts a run for each tenant that has a schedule at its due times, ' +
      'in its timezone. Tenants without a schedule run on demand only. If a due time was missed ' +
      'because the process was down or a run took too long, the scheduler catches up once. ' +
      'Daylight saving: a run scheduled in the skipped hour starts at the transition; one in the ' +
      'repeated hour runs once.',
    `If another run has locked a tenant, the scheduler retries every ${RETRY}. A failed run ` +
      'does not affect other tenants or later runs. The log on standard error reports each run.',
    'A tenant whose file or secrets have problems does not stop the others: the log and an alert ' +
      'report it. SIGHUP reloads the configuration; an invalid tenant keeps its previous one. On ' +
      `SIGTERM or SIGINT, the scheduler starts no new runs, gives running ones ${DRAIN}, and ` +
      'exits. A second signal exits immediately. The next start catches up on interrupted runs.',
    'If `http` is set in sharetrail.yaml, it also serves the operator page, metrics, and probes; ' +
      'then no tenant needs a schedule. A port in use is an error.',
  ],
  arguments: [],
  options: [],
  examples: [
    { command: 'sharetrail start', does: 'run until stopped' },
    { command: 'sharetrail start --tenant acme', does: 'run only this tenant' },
  ],
  exitCodes: {
    [EXIT.success]: 'stopped; everything is written',
    [EXIT.needsAttention]: 'stopped, but the end of a run could not be written',
    [EXIT.couldNotRun]:
      'could not run (usage, configuration, database or port, or no tenant has a schedule)',
  },
  // A statement that a broken network never answers must not keep the process.
  exitsAtOnce: true,
  load: async () => (await import('./command.ts')).start,
};
