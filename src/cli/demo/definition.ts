import { type CommandDefinition, EXIT } from '../command.ts';

export const demoDefinition: CommandDefinition = {
  name: 'demo',
  summary: 'the whole job over the sandbox, with no account anywhere',
  description: [
    'Starts the sandbox, runs a sync over it, shows what became of each share, and takes ' +
      'everything away again. Nothing leaves this machine.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'sharetrail demo', does: 'takes some seconds' }],
  exitCodes: {
    [EXIT.success]: 'all went as it should',
    [EXIT.needsAttention]: 'the demonstration did not go as it should, or was stopped',
    [EXIT.couldNotRun]: 'usage, or a port could not be opened',
  },
  load: async () => (await import('./command.ts')).demo,
};
