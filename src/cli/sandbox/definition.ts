import { type CommandDefinition, EXIT } from '../command.ts';

const PORT = { kind: 'integer', min: 0, max: 65_535, default: 0 } as const;
const LATENCY_MS_MAX = 60_000;

export const sandboxDefinition: CommandDefinition = {
  name: 'sandbox',
  summary: 'serve a made-up Salesforce, Google and Gong on this machine',
  description: [
    'Answers on loopback until stopped, and prints a configuration that uses it. Nothing ' +
      'leaves this machine, and no account is needed.',
  ],
  arguments: [],
  options: [
    { flags: '--port-salesforce PORT', description: '0: any free port', value: PORT },
    { flags: '--port-google PORT', description: '0: any free port', value: PORT },
    { flags: '--port-gong PORT', description: '0: any free port', value: PORT },
    {
      flags: '--write DIR',
      description: 'keep the configuration there (default: a folder that goes with the sandbox)',
      value: { kind: 'text' },
    },
    {
      flags: '--latency MS',
      description: 'how long each answer takes, in milliseconds',
      value: { kind: 'integer', min: 0, max: LATENCY_MS_MAX, default: 0 },
    },
    { flags: '--empty', description: 'begin without any made-up data', value: { kind: 'flag' } },
  ],
  examples: [
    {
      command: 'sharetrail sandbox --write ./sandbox',
      does: 'then, in another terminal: sharetrail sync --config ./sandbox',
    },
  ],
  exitCodes: { [EXIT.success]: 'stopped', [EXIT.couldNotRun]: 'usage, or a port is taken' },
  load: async () => (await import('./command.ts')).sandbox,
};
