import { type CommandDefinition, EXIT } from '../command.ts';

export const configDefinitions: readonly CommandDefinition[] = [
  {
    name: 'config',
    summary: 'print the effective configuration, or its JSON Schema',
    description: [
      'The configuration consists of DIR/sharetrail.yaml for the installation and ' +
        'DIR/tenants/NAME.yaml for each tenant. Secrets are references only: ' +
        `\${NAME} or \${file:PATH}.`,
    ],
    arguments: [],
    options: [],
    examples: [
      { command: 'sharetrail config show', does: 'check every file and print the result' },
    ],
    exitCodes: {
      [EXIT.success]: 'printed',
      [EXIT.couldNotRun]: 'could not run (usage or configuration)',
    },
  },
  {
    name: 'config schema',
    summary: 'print the JSON Schema of a tenant file or of sharetrail.yaml',
    description: ['For editors and other tools. It needs no configuration.'],
    arguments: [],
    options: [
      {
        flags: '--file FILE',
        description: 'the kind of file (default: tenant)',
        value: { kind: 'choice', choices: ['tenant', 'sharetrail'] },
      },
    ],
    examples: [
      {
        command: 'sharetrail config schema > config/tenant.schema.json',
        does: 'save it for an editor',
      },
      {
        command: 'sharetrail config schema --file sharetrail',
        does: 'print the schema of sharetrail.yaml',
      },
    ],
    exitCodes: { [EXIT.success]: 'printed', [EXIT.couldNotRun]: 'could not run (usage)' },
    load: async () => (await import('./command.ts')).printSchema,
  },
  {
    name: 'config show',
    summary: 'check the configuration and print what is in effect',
    description: [
      'Reads every file and prints the values in effect, with defaults filled in and references ' +
        'resolved, as YAML or, with --json, as JSON. Secrets are shown as \u2022\u2022\u2022. All problems in all ' +
        'files are reported together.',
    ],
    arguments: [],
    options: [],
    examples: [
      {
        command: 'sharetrail config show --tenant acme',
        does: 'print one tenant and the common settings',
      },
      { command: 'sharetrail config show --json', does: 'print JSON, for a script' },
    ],
    exitCodes: {
      [EXIT.success]: 'the configuration is valid',
      [EXIT.couldNotRun]: 'could not run (usage), or the configuration has problems',
    },
    load: async () => (await import('./command.ts')).showConfig,
  },
];
