import { LIST_LIMITS } from '../../operator/limits.ts';
import { type CommandDefinition, EXIT } from '../command.ts';

const STATES = ['held', 'pending', 'delivered', 'duplicate', 'rejected', 'skipped'];
const EXIT_CODES: CommandDefinition['exitCodes'] = {
  [EXIT.success]: 'printed',
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
    load: async () => (await import('./command.ts')).listEvents,
  },
  {
    name: 'events show',
    summary: 'one event whole: share, match and why, body, every attempt',
    description: [
      'The share as its source gave it, the Salesforce records that it was matched to and by ' +
        'which rule, the body for Gong, and every attempt with Gong’s answer.',
    ],
    arguments: [{ name: 'ID', description: 'the event’s id, as "sharetrail events" prints it' }],
    options: [],
    examples: [
      { command: 'sharetrail events show ID', does: 'to read' },
      { command: 'sharetrail events show ID --json', does: 'with "share", "match" and "body"' },
    ],
    exitCodes: EXIT_CODES,
    load: async () => (await import('./command.ts')).showEvent,
  },
  {
    name: 'events retry',
    summary: 'build events again from their shares, matching again, and queue them',
    description: [
      'For events that were rejected, skipped or held: what is wrong in Salesforce or in the ' +
        'configuration is mended first. The event is queued whatever the policy says; its id stays ' +
        'the same, so it cannot be reported twice. The next sync sends it.',
    ],
    arguments: [{ name: 'ID…', description: 'events by id; instead of --state', optional: true }],
    options: [
      {
        flags: '--state STATE',
        description: 'all of these, instead of ids',
        value: { kind: 'choice', choices: ['rejected', 'held'] },
      },
    ],
    examples: [
      { command: 'sharetrail events retry --state rejected', does: 'all that Gong rejected' },
      { command: 'sharetrail events retry ID', does: 'one, also one that was skipped' },
    ],
    exitCodes: {
      [EXIT.success]: 'queued',
      [EXIT.needsAttention]:
        'at least one cannot be sent as it is, or Salesforce could not be asked; run it again',
      [EXIT.couldNotRun]: 'usage, configuration, database, or no such event',
    },
    load: async () => (await import('./retry-and-skip.ts')).retry,
  },
  {
    name: 'events skip',
    summary: 'never send events',
    description: [
      'For events that wait, are held or were rejected. They stay on record as skipped, with the ' +
        'reason "operator"; "events retry" takes that back.',
    ],
    arguments: [{ name: 'ID…', description: 'events by id' }],
    options: [],
    examples: [{ command: 'sharetrail events skip ID', does: 'one event' }],
    exitCodes: {
      [EXIT.success]: 'they will not be sent',
      [EXIT.couldNotRun]: 'usage, configuration or database, or no such event',
    },
    load: async () => (await import('./retry-and-skip.ts')).skip,
  },
];
