import { type CommandDefinition, EXIT } from '../command.ts';
import { YES_OPTION } from '../yes-option.ts';
import { GONG_FLOWS, SALESFORCE_FLOWS } from './tenant-file.ts';

export const initDefinition: CommandDefinition = {
  name: 'init',
  summary: 'set up a tenant: its file, its key and its variables',
  description: [
    'Writes tenants/NAME.yaml in the configuration folder, and adds the missing variables to .env in ' +
      'the working directory. For the flow jwt-bearer, also makes a private key and a certificate ' +
      '(valid for two years) in the folder secrets of the configuration folder: the key stays, the ' +
      'certificate goes to Salesforce.',
    'On a terminal, the command asks six questions. With any of the options below, or without a ' +
      'terminal, it asks nothing. What it does not know, it marks with REPLACE-ME: ' +
      '`sharetrail config show` lists what is left. It overwrites nothing.',
  ],
  arguments: [
    { name: 'NAME', description: 'the tenant’s name: lower-case letters, digits and hyphens' },
  ],
  options: [
    {
      flags: '--domain D',
      description: 'a domain of the company; can be repeated',
      value: { kind: 'list' },
    },
    {
      flags: '--login-url URL',
      description: 'the My Domain of the Salesforce org',
      value: { kind: 'text' },
    },
    {
      flags: '--salesforce-flow FLOW',
      description: 'how to sign in to Salesforce (default: jwt-bearer)',
      value: { kind: 'choice', choices: SALESFORCE_FLOWS },
    },
    {
      flags: '--gong-flow FLOW',
      description: 'how to sign in to Gong (default: access-key)',
      value: { kind: 'choice', choices: GONG_FLOWS },
    },
    { flags: '--drive', description: 'read Google Drive, too', value: { kind: 'flag' } },
    {
      flags: '--schedule CRON',
      description: 'when `start` runs the tenant: five-field cron (default: on demand only)',
      value: { kind: 'text' },
    },
    {
      flags: '--timezone ZONE',
      description: 'IANA timezone of the schedule and of dates (default: UTC)',
      value: { kind: 'text' },
    },
    YES_OPTION,
  ],
  examples: [
    { command: 'sharetrail init acme', does: 'ask, and write the files' },
    {
      command: 'sharetrail init acme --domain acme.com --drive',
      does: 'ask nothing, and mark the rest',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'the files are written',
    [EXIT.needsAttention]: 'stopped before it finished; run the command again',
    [EXIT.couldNotRun]: 'could not run (usage, or the tenant’s file exists); nothing overwritten',
  },
  load: async () => (await import('./command.ts')).init,
};
