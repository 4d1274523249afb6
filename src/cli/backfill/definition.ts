import { AUDIT_LOG_DAYS } from '../../sources/drive/limits.ts';
import { type CommandDefinition, EXIT, EXIT_CODES } from '../command.ts';

export const backfillDefinition: CommandDefinition = {
  name: 'backfill',
  summary: 'report the shares of a past window',
  description: [
    'Reads the shares made from --since on and before --until, regardless of `start`, and queues ' +
      'them behind all fresh shares. It reads Salesforce by creation time, and Google Drive from ' +
      `the audit log, which Google keeps for ${AUDIT_LOG_DAYS} days. The cursors of sync do not change.`,
    'If interrupted, run the same command again to resume. Re-running a finished backfill is a ' +
      'no-op. Windows may overlap each other and the scheduled runs. Later runs send the events ' +
      'that exceed today’s Gong calls or that are unsent when the tenant’s next scheduled run is ' +
      'due. `sharetrail status` shows the progress.',
  ],
  arguments: [],
  options: [
    {
      flags: '--since WHEN',
      description:
        'start of the window: a date (midnight) or an ISO-8601 time, in the tenant’s timezone ' +
        'unless it has an offset; required',
      value: { kind: 'text' },
    },
    {
      flags: '--until WHEN',
      description: 'end of the window, exclusive (default: now)',
      value: { kind: 'text' },
    },
    {
      flags: '--source S',
      description: 'only this source',
      value: { kind: 'choice', choices: ['salesforce', 'google-drive'] },
    },
    {
      flags: '--dry-run',
      description:
        'read and build, but write nothing anywhere; print what would happen to each share and ' +
        'why (with --json, each body) and, on standard error, how long sending would take',
      value: { kind: 'flag' },
    },
    {
      flags: '--no-push',
      description: 'stop after queueing; the next run sends the pending events',
      value: { kind: 'flag' },
    },
  ],
  examples: [
    {
      command: 'sharetrail backfill --tenant acme --since 2026-01-01 --dry-run',
      does: 'show how many events there would be, and how many days sending would take',
    },
    {
      command: 'sharetrail backfill --tenant acme --since 2026-01-01',
      does: 'run it; stop it and run it again as often as you like',
    },
    {
      command: 'sharetrail backfill --since 2026-06-01 --until 2026-07-01 --source salesforce',
      does: 'report the deliveries of June for every tenant',
    },
  ],
  exitCodes: {
    ...EXIT_CODES,
    [EXIT.success]: 'the window was read; events that wait for Gong’s daily limit are not an error',
  },
  load: async () => (await import('./command.ts')).backfill,
};
