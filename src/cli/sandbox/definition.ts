import { type CommandDefinition, EXIT } from '../command.ts';

const PORT = { kind: 'integer', min: 0, max: 65_535, default: 0 } as const;
const LATENCY_MS_MAX = 60_000;

export const sandboxDefinition: CommandDefinition = {
  name: 'sandbox',
  summary: 'serve a simulated Salesforce, Google and Gong locally',
  description: [
    'Serves on loopback until stopped, and prints a configuration that uses the simulated ' +
      'services. Nothing leaves this machine, and no account is needed.',
  ],
  arguments: [],
  options: [
    {
      flags: '--port-salesforce PORT',
      description: 'port of Salesforce, 0 for any free port',
      value: PORT,
    },
    { flags: '--port-google PORT', description: 'port of Google', value: PORT },
    { flags: '--port-gong PORT', description: 'port of Gong', value: PORT },
    {
      flags: '--write DIR',
      description: 'keep the configuration in this folder (default: a temporary folder)',
      value: { kind: 'text' },
    },
    {
      flags: '--latency MS',
      description: 'delay of each response in milliseconds',
      value: { kind: 'integer', min: 0, max: LATENCY_MS_MAX, default: 0 },
    },
    { flags: '--empty', description: 'start without any data', value: { kind: 'flag' } },
  ],
  examples: [
    {
      command: 'sharetrail sandbox --write ./sandbox',
      does: 'then, in another terminal: sharetrail sync --config ./sandbox',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'stopped',
    [EXIT.couldNotRun]: 'could not run (usage, or a port is in use)',
  },
  load: async () => (await import('./command.ts')).sandbox,
};
