import { type CommandDefinition, EXIT } from '../command.ts';

export const backupDefinition: CommandDefinition = {
  name: 'backup',
  summary: 'a consistent copy of the database, while everything runs',
  description: [
    'Copies the SQLite database as it stands at one moment; runs go on meanwhile. The copy is one ' +
      'file for its owner alone, and is checked. It is FILE.partial until it is whole; a backup ' +
      'that is there under the same name is then replaced, anything else is refused. It holds all ' +
      'tenants. The configuration and its secrets are not in it.',
    'To restore, stop sharetrail, put the copy in the place of the database, and remove the -wal ' +
      'and -shm files of the old one. What happened since is read again and sent under the same ids.',
  ],
  arguments: [{ name: 'FILE', description: 'where the copy is to be; its folder has to be there' }],
  options: [],
  examples: [
    { command: 'sharetrail backup /var/backups/sharetrail.db', does: 'every night, from cron' },
  ],
  exitCodes: {
    [EXIT.success]: 'the copy is there and passed its check',
    [EXIT.needsAttention]: 'stopped before it was done; FILE is as it was',
    [EXIT.couldNotRun]: 'usage, configuration or database, or FILE cannot be written',
  },
  load: async () => (await import('./command.ts')).backup,
};
