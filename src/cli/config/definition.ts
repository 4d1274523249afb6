import { type CommandDefinition, EXIT } from '../command.ts';

export const configDefinitions: readonly CommandDefinition[] = [
  {
    name: 'config',
    summary: 'what the configuration may hold, and what it holds',
    description: [
      'The configuration is DIR/sharetrail.yaml for the installation and DIR/tenants/NAME.yaml ' +
        `for each tenant. Secrets stand there as references only: \${NAME} or \${file:PATH}.`,
    ],
    arguments: [],
    options: [],
    examples: [
      { command: 'sharetrail config show', does: 'checks every file and shows the result' },
    ],
    exitCodes: { [EXIT.success]: 'printed', [EXIT.couldNotRun]: 'usage or configuration' },
  },
  {
    name: 'config schema',
    summary: 'print the JSON Schema of a tenant’s file',
    description: ['For editors and other tools. Needs no configuration.'],
    arguments: [],
    options: [],
    examples: [
      { command: 'sharetrail config schema > config/tenant.schema.json', does: 'for an editor' },
    ],
    exitCodes: { [EXIT.success]: 'printed', [EXIT.couldNotRun]: 'usage' },
    load: async () => (await import('./command.ts')).printSchema,
  },
  {
    name: 'config show',
    summary: 'check the configuration and print what is in effect',
    description: [
      'Reads every file, lists all problems of all files at once, and prints what holds after ' +
        'defaults and references, as YAML or with --json as JSON. Secrets are shown as \u2022\u2022\u2022.',
    ],
    arguments: [],
    options: [],
    examples: [
      { command: 'sharetrail config show --tenant acme', does: 'one tenant and the common part' },
      { command: 'sharetrail config show --json', does: 'for a program' },
    ],
    exitCodes: {
      [EXIT.success]: 'the configuration is sound',
      [EXIT.couldNotRun]: 'usage, or the configuration has problems; each is named',
    },
    load: async () => (await import('./command.ts')).showConfig,
  },
];
