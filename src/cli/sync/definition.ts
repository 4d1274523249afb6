import { type CommandDefinition, EXIT_CODES } from '../command.ts';

export const syncDefinition: CommandDefinition = {
  name: 'sync',
  summary: 'run each tenant once: read, match, queue, and send to Gong',
  description: [
    'Reads what is new from each source, matches the people to their Salesforce records, queues ' +
      'one event per share, and sends the queued events to Gong at the pace that Gong allows. ' +
      'Each share is reported once, even if a run is interrupted or repeated.',
    'Events that exceed today’s Gong calls stay queued for the next run; this is not an error. A ' +
      'failure of one tenant does not affect the others.',
  ],
  arguments: [],
  options: [
    {
      flags: '--dry-run',
      description:
        'read and build, but write nothing anywhere; print what would happen to each share and ' +
        'why (with --json, each body) and, on standard error, the calls made and the calls that a ' +
        'real run would make',
      value: { kind: 'flag' },
    },
    {
      flags: '--no-push',
      description: 'stop after queueing, so that you can inspect the pending events first',
      value: { kind: 'flag' },
    },
    {
      flags: '--full',
      description:
        'read each source in full again, as far back as it reaches, and compare it with what is ' +
        'on record: for files that became visible late',
      value: { kind: 'flag' },
    },
  ],
  examples: [
    { command: 'sharetrail sync', does: 'run every tenant' },
    { command: 'sharetrail sync --tenant acme --dry-run', does: 'only show what would be sent' },
    {
      command: 'sharetrail sync --tenant acme --no-push',
      does: 'queue only; then inspect with `sharetrail events`',
    },
    { command: 'sharetrail sync --json', does: 'print the counts of each run, for a script' },
  ],
  exitCodes: EXIT_CODES,
  load: async () => (await import('./command.ts')).sync,
};
