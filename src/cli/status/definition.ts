import { type CommandDefinition, EXIT } from '../command.ts';

export const statusDefinition: CommandDefinition = {
  name: 'status',
  summary: 'how each tenant stands: runs, cursors, what waits, calls left',
  description: [
    'Per tenant: the last runs, how far each source is read, backfills under way and the days that ' +
      'sending them takes, the events by state, the oldest that waits, and the Gong calls left ' +
      'today. Reads only the database, also while a run is at work.',
  ],
  arguments: [],
  options: [],
  examples: [
    { command: 'sharetrail status', does: 'every tenant' },
    { command: 'sharetrail status --tenant acme --json', does: 'one tenant, for a program' },
  ],
  exitCodes: {
    [EXIT.success]: 'printed',
    [EXIT.couldNotRun]: 'usage, configuration or database',
  },
  load: async () => (await import('./command.ts')).status,
};
