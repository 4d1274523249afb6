import { type CommandDefinition, EXIT } from '../command.ts';

export const backfillDefinition: CommandDefinition = {
  name: 'backfill',
  summary: 'bring in history: the shares of a past window',
  description: [
    'Reads the shares that were made from --since on and before --until, whatever `start` says, and ' +
      'queues them behind everything fresh. Salesforce is read by the time of creation, Google ' +
      'Drive by the audit log, which Google keeps for 180 days. The nightly reading keeps its place.',
    'Interrupted, the same command goes on where it stopped; finished, it finds nothing new. Windows ' +
      'may overlap each other and the nightly runs. What Gong does not take today waits and goes out ' +
      'with the coming runs, as does what is not sent when the tenant’s next scheduled run is due: ' +
      '`sharetrail status` says how far it is.',
  ],
  arguments: [],
  options: [
    {
      flags: '--since WHEN',
      description:
        'the first moment: a date (midnight in the tenant’s timezone) or an ISO-8601 time; required',
      value: { kind: 'text' },
    },
    {
      flags: '--until WHEN',
      description: 'the moment that ends it, itself not included (default: now)',
      value: { kind: 'text' },
    },
    {
      flags: '--source S',
      description: 'only this source (default: every one that the tenant has)',
      value: { kind: 'choice', choices: ['salesforce', 'google-drive'] },
    },
    {
      flags: '--dry-run',
      description:
        'read and build, write nothing anywhere; print each event that would be sent and, on ' +
        'standard error, how many, and how long sending would take',
      value: { kind: 'flag' },
    },
    {
      flags: '--no-push',
      description: 'stop after queueing; the next run sends what waits',
      value: { kind: 'flag' },
    },
  ],
  examples: [
    {
      command: 'sharetrail backfill --tenant acme --since 2026-01-01 --dry-run',
      does: 'how much it would be, and how many days it would take',
    },
    {
      command: 'sharetrail backfill --tenant acme --since 2026-01-01',
      does: 'do it; stop it and call it again as often as you like',
    },
    {
      command: 'sharetrail backfill --since 2026-06-01 --until 2026-07-01 --source salesforce',
      does: 'the deliveries of June, for every tenant',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'the window was read; what waits for Gong’s daily limit is no error',
    [EXIT.needsAttention]:
      'an event was rejected, a source or Gong failed, or the run was stopped; the rest was done',
    [EXIT.couldNotRun]: 'usage, configuration or database: nothing was run',
    [EXIT.busy]: 'another run holds the tenant; nothing was done for it',
  },
  load: async () => (await import('./command.ts')).backfill,
};
