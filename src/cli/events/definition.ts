import { LIST_LIMITS } from '../../operator/limits.ts';
import { HOLD_REASONS, SKIP_REASONS } from '../../share/policy.ts';
import { type CommandDefinition, EXIT, type OptionDefinition } from '../command.ts';
import { YES_OPTION } from '../yes-option.ts';

const STATES = ['held', 'pending', 'delivered', 'duplicate', 'rejected', 'skipped'];
const REASONS = [...new Set([...HOLD_REASONS, ...SKIP_REASONS])];
const COULD_NOT_RUN = 'could not run (usage, configuration or database, or no such event)';

const SEVERAL =
  'With --state or --reason, the command says how many events it would change. If there are several, ' +
  'it asks on a terminal. Without a terminal, it requires --yes.';
const REASON_OPTION: OptionDefinition = {
  flags: '--reason R',
  description: 'all events with this reason, instead of IDs; with --state, those with both',
  value: { kind: 'choice', choices: REASONS },
};

export const eventsDefinitions: readonly CommandDefinition[] = [
  {
    name: 'events',
    summary: 'list the events; show, retry or skip them',
    description: [
      'Each event represents one share: what was shared with whom, when, and its outcome. The ' +
        'list is sorted by the time of the share, newest first. It shows the reason, or Gong’s first ' +
        'error. On a terminal, IDs are short: a unique prefix of an ID is accepted like the ID.',
    ],
    arguments: [],
    options: [
      {
        flags: '--state STATE',
        description: 'only events in this state',
        value: { kind: 'choice', choices: STATES },
      },
      {
        flags: '--reason R',
        description: 'only events that are held or skipped for this reason',
        value: { kind: 'choice', choices: REASONS },
      },
      {
        flags: '--source S',
        description: 'only shares from this source',
        value: { kind: 'choice', choices: ['salesforce', 'google-drive'] },
      },
      {
        flags: '--search TEXT',
        description: 'only shares that TEXT identifies: see `sharetrail help explain`',
        value: { kind: 'text' },
      },
      {
        flags: '--since WHEN',
        description:
          'only shares since this date (midnight) or ISO-8601 time, in the tenant’s timezone ' +
          'unless it has an offset',
        value: { kind: 'text' },
      },
      {
        flags: '--until WHEN',
        description: 'only shares before this date or time',
        value: { kind: 'text' },
      },
      {
        flags: '--limit N',
        description: 'maximum number of events',
        value: {
          kind: 'integer',
          min: 1,
          max: LIST_LIMITS.eventsMax,
          default: LIST_LIMITS.eventsDefault,
        },
      },
    ],
    examples: [
      { command: 'sharetrail events --state rejected', does: 'list what needs attention' },
      {
        command: 'sharetrail events --since 2026-11-01 --json',
        does: 'print one JSON object per line',
      },
    ],
    exitCodes: { [EXIT.success]: 'printed', [EXIT.couldNotRun]: COULD_NOT_RUN },
    load: async () => (await import('./command.ts')).listEvents,
  },
  {
    name: 'events show',
    summary: 'show one event in full: share, match, body and attempts',
    description: [
      'Shows the share as its source reported it, the Salesforce records that it was matched to ' +
        'and by which rule, the body for Gong, and every attempt with Gong’s response.',
    ],
    arguments: [
      { name: 'ID', description: 'the ID of an event, as `sharetrail events` prints it' },
    ],
    options: [],
    examples: [
      { command: 'sharetrail events show ID', does: 'print it as text' },
      {
        command: 'sharetrail events show ID --json',
        does: 'print it as JSON, with "share", "match" and "body"',
      },
    ],
    exitCodes: { [EXIT.success]: 'printed', [EXIT.couldNotRun]: COULD_NOT_RUN },
    load: async () => (await import('./command.ts')).showEvent,
  },
  {
    name: 'events retry',
    summary: 'rebuild events from their shares, match them again, and queue them',
    description: [
      'For events that are rejected, skipped or held. Fix the cause in Salesforce or in the ' +
        'configuration first. The event is queued even if the policy would skip it. Its ID stays ' +
        'the same, so it cannot be reported twice. The next sync sends it.',
      SEVERAL,
    ],
    arguments: [
      {
        name: 'ID…',
        description: 'the IDs of events, as `sharetrail events` prints them; instead of options',
        optional: true,
      },
    ],
    options: [
      {
        flags: '--state STATE',
        description: 'all events in this state, instead of IDs',
        value: { kind: 'choice', choices: ['rejected', 'held', 'skipped'] },
      },
      REASON_OPTION,
      YES_OPTION,
    ],
    examples: [
      {
        command: 'sharetrail events retry --state rejected',
        does: 'retry all events that Gong rejected',
      },
      {
        command: 'sharetrail events retry ID',
        does: 'retry one event, even if it was skipped',
      },
    ],
    exitCodes: {
      [EXIT.success]: 'queued',
      [EXIT.needsAttention]:
        'at least one event cannot be sent as it is, or Salesforce could not be queried; run the ' +
        'command again',
      [EXIT.couldNotRun]: COULD_NOT_RUN,
    },
    load: async () => (await import('./retry-and-skip.ts')).retry,
  },
  {
    name: 'events skip',
    summary: 'make sure that events are never sent',
    description: [
      'For events that are pending, held or rejected. They stay on record as skipped, with the ' +
        'reason "operator". To undo this, use `sharetrail events retry`.',
      SEVERAL,
    ],
    arguments: [
      {
        name: 'ID…',
        description: 'the IDs of events, as `sharetrail events` prints them; instead of options',
        optional: true,
      },
    ],
    options: [
      {
        flags: '--state STATE',
        description: 'all events in this state, instead of IDs',
        value: { kind: 'choice', choices: ['pending', 'held', 'rejected'] },
      },
      REASON_OPTION,
      YES_OPTION,
    ],
    examples: [
      { command: 'sharetrail events skip ID', does: 'skip one event' },
      {
        command: 'sharetrail events skip --state held --reason unmatched',
        does: 'skip all events that wait for their record',
      },
    ],
    exitCodes: {
      [EXIT.success]: 'the events will not be sent',
      [EXIT.couldNotRun]: COULD_NOT_RUN,
    },
    load: async () => (await import('./retry-and-skip.ts')).skip,
  },
];
