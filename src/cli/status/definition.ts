import { type CommandDefinition, EXIT, EXIT_CODES } from '../command.ts';

export const statusDefinition: CommandDefinition = {
  name: 'status',
  summary: 'show the runs, cursors, events and remaining Gong calls',
  description: [
    'Shows for each tenant the latest runs, how far each source has been read, the backfills in ' +
      'progress and the days that sending them takes, the events by state, the oldest pending ' +
      'event, and the Gong calls left today. It reads only the database, even while a run is in ' +
      'progress.',
  ],
  arguments: [],
  options: [],
  examples: [
    { command: 'sharetrail status', does: 'show every tenant' },
    { command: 'sharetrail status --tenant acme --json', does: 'print one tenant, for a script' },
  ],
  exitCodes: {
    [EXIT.success]: 'printed',
    [EXIT.couldNotRun]: EXIT_CODES[EXIT.couldNotRun],
  },
  load: async () => (await import('./command.ts')).status,
};
