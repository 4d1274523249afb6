import { LEVELS } from '../../operator/health.ts';
import { type CommandDefinition, EXIT, EXIT_CODES } from '../command.ts';

export const statusDefinition: CommandDefinition = {
  name: 'status',
  summary: 'show one row per tenant, and what needs attention',
  description: [
    'Shows one row per tenant, worst first: its health, the latest and next run, and the events ' +
      'by state with the age of the oldest pending one. Then it shows what failed and what to do, ' +
      'and the Gong calls left, once per Gong account. It reads only the database, even while a ' +
      'run is in progress.',
    `Health, worst first: ${LEVELS.join(', ')}. docs/operations.md explains them.`,
  ],
  arguments: [],
  options: [
    {
      flags: '--verbose',
      description:
        'for each tenant, also the latest runs, how far each source has been read, and the ' +
        'backfills in progress',
      value: { kind: 'flag' },
    },
    {
      flags: '--exit-code',
      description: 'exit with 1 if a tenant needs attention',
      value: { kind: 'flag' },
    },
  ],
  examples: [
    { command: 'sharetrail status', does: 'show every tenant' },
    { command: 'sharetrail status --tenant acme --verbose', does: 'show one tenant in full' },
    { command: 'sharetrail status --json --exit-code', does: 'check all tenants in a script' },
  ],
  exitCodes: {
    [EXIT.success]: 'printed',
    [EXIT.needsAttention]:
      'with --exit-code: a tenant needs attention; always: a tenant’s configuration has a problem',
    [EXIT.couldNotRun]: EXIT_CODES[EXIT.couldNotRun],
  },
  load: async () => (await import('./command.ts')).status,
};
