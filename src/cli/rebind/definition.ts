import { type CommandDefinition, EXIT } from '../command.ts';
import { YES_OPTION } from '../yes-option.ts';

export const rebindDefinition: CommandDefinition = {
  name: 'rebind',
  summary: 'let a tenant belong to another Salesforce org, Google customer or Gong account',
  description: [
    'A tenant’s first run records its Salesforce org, its Google customer and its Gong account. ' +
      'If the configuration leads to another one later, runs fail, and nothing is read or sent. ' +
      'Correct the configuration if that was a mistake. If it is intended, run this command.',
    'A source whose account changes starts again from --since: its cursors are removed, and so ' +
      'is what is on record about its files. Its events that are held, pending or rejected are ' +
      'skipped (reason "rebound"); Gong keeps what it has. If the Salesforce org changes, pending ' +
      'Drive events are matched again in the new org. If the Gong account changes, pending events ' +
      'go to the new account; what the old one received is not sent again.',
    'On a terminal, the command shows what changes and asks first.',
  ],
  arguments: [{ name: 'TENANT', description: 'name of the tenant' }],
  options: [
    {
      flags: '--source S',
      description: 'only this account (default: each one that changed)',
      value: { kind: 'choice', choices: ['salesforce', 'google-drive', 'gong'] },
    },
    {
      flags: '--since WHEN',
      description:
        'report the shares of the new accounts from this date (midnight) or ISO-8601 time, in ' +
        'the tenant’s timezone unless it has an offset; replaces `start` for these sources ' +
        '(default: `start`)',
      value: { kind: 'text' },
    },
    YES_OPTION,
  ],
  examples: [
    {
      command: 'sharetrail rebind acme',
      does: 'after a rehearsal against a sandbox: read production from `start`',
    },
    {
      command: 'sharetrail rebind acme --source salesforce --since 2026-11-01',
      does: 'read the new org from November 1',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'the tenant belongs to the accounts that its configuration leads to',
    [EXIT.needsAttention]: 'stopped, or a vendor did not respond; nothing changed',
    [EXIT.couldNotRun]:
      'could not run (usage, configuration, database, or a refused login); nothing changed',
    [EXIT.busy]: 'tenant locked by another run; nothing changed',
  },
  load: async () => (await import('./command.ts')).rebindTenant,
};
