import { type CommandDefinition, EXIT } from '../command.ts';

export const checkDefinition: CommandDefinition = {
  name: 'check',
  summary: 'check what a run needs, and say what is missing',
  description: [
    'Checks the configuration, the database, the schedule, the address for alerts, and each login, ' +
      'permission, and scope at Salesforce, Google, and Gong. A failed check is followed by what to ' +
      'do, in the terms of the setup pages of that vendor.',
    'It sends no event and posts no alert. It reads Salesforce and Google. To Gong, it sends one ' +
      'call with a body that is not JSON, which Gong refuses; the call is paced and counted in the ' +
      'database.',
    'All vendors are checked in parallel. The command ends within 30 seconds, whatever hangs.',
  ],
  arguments: [],
  options: [],
  examples: [
    { command: 'sharetrail check', does: 'check all tenants' },
    { command: 'sharetrail check --tenant acme', does: 'check a new tenant before its first run' },
    { command: 'sharetrail check --json', does: 'print JSON, for a script' },
  ],
  exitCodes: {
    [EXIT.success]: 'nothing failed; warnings are possible',
    [EXIT.needsAttention]: 'a check failed',
    [EXIT.couldNotRun]: 'could not run (usage), or the configuration cannot be read',
  },
  exitsAtOnce: true,
  load: async () => (await import('./command.ts')).checkAll,
};
