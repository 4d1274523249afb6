import { type CommandDefinition, EXIT } from '../command.ts';

export const copyDatabaseDefinition: CommandDefinition = {
  name: 'copy-database',
  summary: 'move to another database, such as from SQLite to PostgreSQL',
  description: [
    'Copies all tenants, events, and cursors from FROM to TO while nothing runs, then reads TO again ' +
      'and compares the number of rows and a checksum of each table. FROM is not changed. Each is an ' +
      'address as in `database` of sharetrail.yaml: sqlite:PATH or ' +
      'postgres://USER:PASSWORD@HOST/DATABASE.',
    'Write a password as a reference, in single quotes: the shell must not replace it. sharetrail ' +
      'reads ${NAME} from the environment or .env, and ${file:PATH} from a file. It prints no ' +
      'password.',
    'TO must be empty. Until the copy is complete, no other command uses TO. If the copy was ' +
      'interrupted, run the same command again: it keeps the tables that are complete and still the ' +
      'same in FROM, and copies the others again.',
    'Stop "sharetrail start" and all workers first. A run cannot write to FROM during the copy. The ' +
      'search index is not copied: the next run builds it. PostgreSQL stores no NUL character in a ' +
      'text: each one becomes U+FFFD, and copy-database reports how many texts changed.',
  ],
  arguments: [
    { name: 'FROM', description: 'the database with the rows; its schema must be current' },
    { name: 'TO', description: 'an empty database, or the unfinished copy of an earlier call' },
  ],
  options: [],
  examples: [
    {
      command: "sharetrail copy-database sqlite:./data/sharetrail.db '${DATABASE_URL}'",
      does: 'move to PostgreSQL',
    },
    {
      command: "sharetrail copy-database '${DATABASE_URL}' sqlite:./data/sharetrail.db",
      does: 'move back to SQLite',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'TO has the same rows as FROM',
    [EXIT.needsAttention]:
      'stopped before it finished, or a table of TO differs; TO stays an unfinished copy',
    [EXIT.couldNotRun]:
      'could not run (usage, a database that cannot be used, or TO is not empty); FROM is unchanged',
    [EXIT.busy]: 'a run or another copy uses one of the databases; nothing was copied',
  },
  load: async () => (await import('./command.ts')).copyDatabase,
};
