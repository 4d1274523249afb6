import { LIST_LIMITS } from '../../lib/limits.ts';
import { type CommandDefinition, EXIT } from '../command.ts';

const STATES = ['held', 'pending', 'delivered', 'duplicate', 'rejected', 'skipped'];
const EXIT_CODES: CommandDefinition['exitCodes'] = {
  [EXIT.done]: 'printed',
  [EXIT.couldNotRun]: 'usage, configuration or database, or there is no such event',
};

export const eventsDefinitions: readonly CommandDefinition[] = [
  {
    name: 'events',
    summary: 'list the events with their states, newest first',
    description: [
      'One event is one share: what was shared with whom, when, and what became of it. Newest is ' +
        'by the time of the share. "skipped" ones say why they were not reported.',
    ],
    arguments: [],
    options: [
      {
        flags: '--state STATE',
        description: 'only these',
        value: { kind: 'choice', choices: STATES },
      },
      {
        flags: '--since WHEN',
        description:
          'only shares from this date (midnight in the tenant’s timezone) or ISO-8601 time on',
        value: { kind: 'text' },
      },
      {
        flags: '--limit N',
        description: 'at most this many',
        value: {
          kind: 'integer',
          min: 1,
          max: LIST_LIMITS.eventsMax,
          default: LIST_LIMITS.eventsDefault,
        },
      },
    ],
    examples: [
      { command: 'sharetrail events --state rejected', does: 'what needs somebody' },
      { command: 'sharetrail events --since 2026-11-01 --json', does: 'one JSON object a line' },
    ],
    exitCodes: EXIT_CODES,
    load: async () => (await import('../commands/events.ts')).listEvents,
  },
  {
    name: 'events show',
    summary: 'one event whole: share, match and why, body, every attempt',
    description: [
      'The share as its source gave it, the Salesforce records that it was matched to and by ' +
        'which rule, the body for Gong, and every attempt with Gong’s answer. An event past ' +
        '"retentionDays" has lost its people and its body.',
    ],
    arguments: [{ name: 'ID', description: 'the event’s id, as "sharetrail events" prints it' }],
    options: [],
    examples: [
      { command: 'sharetrail events show ID', does: 'to read' },
      { command: 'sharetrail events show ID --json', does: 'with "share", "match" and "body"' },
    ],
    exitCodes: EXIT_CODES,
    load: async () => (await import('../commands/events.ts')).showEvent,
  },
];
