import { type CommandDefinition, EXIT } from '../command.ts';

export const demoDefinition: CommandDefinition = {
  name: 'demo',
  summary: 'run the whole workflow on the sandbox; needs no account',
  description: [
    'Starts the sandbox, runs sync against it, shows the outcome of each share, and removes ' +
      'everything again. Nothing leaves this machine.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'sharetrail demo', does: 'takes a few seconds' }],
  exitCodes: {
    [EXIT.success]: 'everything went as expected',
    [EXIT.needsAttention]: 'something did not go as expected, or the demo was stopped',
    [EXIT.couldNotRun]: 'could not run (usage, or a port could not be opened)',
  },
  load: async () => (await import('./command.ts')).demo,
};
