import { type CommandDefinition, EXIT } from '../command.ts';
import { YES_OPTION } from '../yes-option.ts';

export const forgetDefinition: CommandDefinition = {
  name: 'forget',
  summary: 'erase a person from the database',
  description: [
    'Erases the person from shares, matches, bodies, grants, staged audit log entries, attempts, and ' +
      'errors: in all tenants with data, or in --tenant. All spellings of a Gmail address are one ' +
      'person. Events that name no one else also lose their title, links, and body; those that were ' +
      'not sent are skipped (reason "forgotten").',
    'What was shared with the person is not reported again, even after `sync --full` or a backfill. ' +
      'New shares with the person are not reported either. A keyed hash of the address ensures this.',
    'Afterward, the address is in no file of the database. The command rewrites the database, so it ' +
      'requires as much free disk space as the database has, and other runs wait for it. If it is ' +
      'interrupted, run it again to complete it.',
    'Backups made earlier, previous databases that `sharetrail restore` kept, and Gong still contain ' +
      'the person: the command says what to do.',
    'On a terminal, the command says what it found and asks first.',
  ],
  arguments: [{ name: 'EMAIL', description: 'the person’s email address' }],
  options: [YES_OPTION],
  examples: [
    {
      command: 'sharetrail forget ada@globex.example',
      does: 'show what names the person, and ask',
    },
    {
      command: 'sharetrail forget ada@globex.example --yes --json',
      does: 'erase without a question, and print the counts',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'the person is erased',
    [EXIT.needsAttention]: 'stopped before it finished; run the command again',
    [EXIT.couldNotRun]:
      'could not run (usage, configuration or database), or not confirmed; see the message',
    [EXIT.busy]: 'a tenant is locked by a run; nothing erased there',
  },
  load: async () => (await import('./command.ts')).forget,
};
