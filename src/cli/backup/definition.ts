import { type CommandDefinition, EXIT } from '../command.ts';

export const backupDefinition: CommandDefinition = {
  name: 'backup',
  summary: 'copy the database while everything keeps running',
  description: [
    'Makes a consistent copy of the SQLite database while runs continue, and checks it. The copy ' +
      'is one file that only its owner can read. It contains all tenants, but not the ' +
      'configuration and its secrets. backup writes to FILE.partial until the copy is complete. ' +
      'It then replaces an existing backup of that name, but refuses to overwrite any other file.',
    'To put the copy in place of the database, use "sharetrail restore FILE". Do not copy it over ' +
      'the database yourself: an old -wal file next to it would damage it.',
  ],
  arguments: [{ name: 'FILE', description: 'the path of the copy; its folder must exist' }],
  options: [],
  examples: [
    { command: 'sharetrail backup /var/backups/sharetrail.db', does: 'every night, from cron' },
  ],
  exitCodes: {
    [EXIT.success]: 'the copy is complete and passed its check',
    [EXIT.needsAttention]: 'stopped before it finished; FILE is unchanged',
    [EXIT.couldNotRun]:
      'could not run (usage, configuration or database, or FILE cannot be written)',
  },
  load: async () => (await import('./command.ts')).backup,
};
