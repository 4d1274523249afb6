import { type CommandDefinition, EXIT } from '../command.ts';

export const syncDefinition: CommandDefinition = {
  name: 'sync',
  summary: 'one run for each tenant: read, match, queue, send to Gong',
  description: [
    'Reads what is new from each source, finds the Salesforce records of the people, queues one ' +
      'event a share and sends what is queued to Gong, at the pace that Gong allows. Each share ' +
      'is reported once, however often this runs and wherever it was interrupted.',
    'What does not fit into today’s Gong calls stays queued for the next run; that is no error. ' +
      'One tenant’s failure changes nothing for another.',
  ],
  arguments: [],
  options: [
    {
      flags: '--dry-run',
      description:
        'read and build, write nothing anywhere; print each event that would be sent and, on ' +
        'standard error, the calls that this took and would take',
      value: { kind: 'flag' },
    },
    {
      flags: '--no-push',
      description: 'stop after queueing, so that what waits can be looked at first',
      value: { kind: 'flag' },
    },
    {
      flags: '--full',
      description:
        'read each source whole again, as far as it reaches, and compare with what is on ' +
        'record: for files that became visible late',
      value: { kind: 'flag' },
    },
  ],
  examples: [
    { command: 'sharetrail sync', does: 'every tenant' },
    {
      command: 'sharetrail sync --tenant acme --dry-run',
      does: 'what would be sent, and nothing else',
    },
    {
      command: 'sharetrail sync --tenant acme --no-push',
      does: 'queue; then look with "sharetrail events"',
    },
    { command: 'sharetrail sync --json', does: 'the counts of each run, for a program' },
  ],
  exitCodes: {
    [EXIT.success]: 'every run is done, and nothing needs anybody',
    [EXIT.needsAttention]:
      'an event was rejected, a source or Gong failed, or the run was stopped; the rest was done',
    [EXIT.couldNotRun]: 'usage, configuration or database: nothing was run',
    [EXIT.busy]: 'another run holds the tenant; nothing was done for it',
  },
  load: async () => (await import('./command.ts')).sync,
};
