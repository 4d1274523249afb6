import { type CommandDefinition, EXIT } from '../command.ts';

export const restoreDefinition: CommandDefinition = {
  name: 'restore',
  summary: 'replace the database with a backup while nothing runs',
  description: [
    'Checks a backup and puts a copy of it in place of the SQLite database. restore refuses to do ' +
      'so while a run or "sharetrail start" uses the database. It also refuses a damaged backup ' +
      'and one of a newer version. The next sync upgrades a backup of an earlier version.',
    'The previous database is kept in the same folder, together with its -wal and -shm files. ' +
      'restore prints its new name; delete it once you no longer need it: `sharetrail forget` ' +
      'erases no one from it. If restore is killed, either the previous database or the backup is ' +
      'in place. Run it again.',
    'People who were erased after the backup was made are in it: repeat `sharetrail forget` for ' +
      'them before the next sync.',
    'The next sync reads everything after the backup again and sends it with the same IDs. Gong ' +
      'already has these events, so they become duplicates.',
  ],
  arguments: [{ name: 'FILE', description: 'a file that "sharetrail backup" wrote; it is kept' }],
  options: [],
  examples: [
    { command: 'sharetrail restore /var/backups/sharetrail.db', does: 'after a loss or damage' },
    { command: 'sharetrail restore copy.db --json', does: 'print the paths, for a script' },
  ],
  exitCodes: {
    [EXIT.success]: 'the backup is in place',
    [EXIT.needsAttention]: 'stopped before it finished; the database is unchanged',
    [EXIT.couldNotRun]:
      'could not run (usage, configuration, a database in use, or FILE cannot be used); the ' +
      'database is unchanged',
  },
  load: async () => (await import('./command.ts')).restore,
};
