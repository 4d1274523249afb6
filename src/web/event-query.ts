import { isOnCalendar } from '../lib/calendar.ts';
import { UserError } from '../lib/errors.ts';
import { LIST_LIMITS } from '../operator/limits.ts';
import type { EventKey } from '../outbox/load-events.ts';
import { STATES, type State } from '../outbox/states.ts';
import type { SourceName } from '../share/share.ts';

/** A parameter of a request that cannot be used. */
export class BadQuery extends UserError {
  override readonly name = 'BadQuery';
}

export type QueryReader = (name: string) => string | undefined;

/** The filter of `/events` and `/api/events`. */
export interface EventFilter {
  readonly state?: State;
  readonly reason?: string;
  readonly source?: SourceName;
  readonly text?: string;
  readonly after?: EventKey;
}

/** What `/events` shows. */
export interface EventQuery extends EventFilter {
  readonly tenant?: string;
}

/** What readEventFilter reads. */
export const EVENT_PARAMETERS = ['state', 'reason', 'source', 'q', 'before'] as const;

const SOURCES: readonly SourceName[] = ['salesforce', 'google-drive'];

/** Throws BadQuery. */
export function readEventQuery(read: QueryReader): EventQuery {
  const tenant = read('tenant')?.trim() || undefined;
  return { ...(tenant !== undefined && { tenant }), ...readEventFilter(read) };
}

/** An empty parameter is a field of a form that was left empty. Throws BadQuery. */
export function readEventFilter(read: QueryReader): EventFilter {
  const value = (name: string) => read(name)?.trim() || undefined;
  const [reason, text, before] = [value('reason'), value('q'), value('before')];
  const state = oneOf('state', STATES, value('state'));
  const source = oneOf('source', SOURCES, value('source'));
  return {
    ...(state && { state }),
    ...(reason !== undefined && { reason }),
    ...(source && { source }),
    ...(text !== undefined && { text: requireSearchable(text) }),
    ...(before !== undefined && { after: parseEventKey(before) }),
  };
}

/** Throws BadQuery for a text that is too long. */
export function requireSearchable(text: string): string {
  const max = LIST_LIMITS.searchCharactersMax;
  if (text.length <= max) return text;
  throw new BadQuery(`the search has ${text.length} characters; the limit is ${max}`, {
    hint: 'Search for an ID, an address, or a few words.',
  });
}

export function readLimit(read: QueryReader, limits: { default: number; max: number }): number {
  const text = read('limit')?.trim() || undefined;
  if (text === undefined) return limits.default;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= limits.max) return limit;
  throw new BadQuery(`limit must be a whole number from 1 to ${limits.max}`);
}

function oneOf<Value extends string>(
  name: string,
  values: readonly Value[],
  text: string | undefined,
): Value | undefined {
  if (text === undefined) return undefined;
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw new BadQuery(`${name} must be one of ${values.join(', ')}`);
}

/** `1763999999000~acme~drive:…`, the last event of a page, or a time: the events before it. */
export function formatEventKey({ sharedAt, tenant, eventId }: EventKey): string {
  return [sharedAt, tenant, eventId].join('~');
}

function parseEventKey(text: string): EventKey {
  const [time = '', tenant = '', ...id] = text.split('~');
  const sharedAt = /^\d{1,15}$/.test(time) ? Number(time) : timeOf(time);
  if (Number.isFinite(sharedAt)) return { sharedAt, tenant, eventId: id.join('~') };
  throw new BadQuery('before must be a time, or what the link to older events contains');
}

const TIME = /^[\d-]+(?:T[\d:.]+(?<offset>Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * NaN if it is not one. `Date.parse` alone would move 2026-02-30 into March, and read a time without an
 * offset in this machine's timezone. It is in UTC, as a date is: a request can concern many tenants.
 */
function timeOf(text: string): number {
  const time = TIME.exec(text);
  if (time === null || !isOnCalendar(text)) return Number.NaN;
  const isLocal = text.includes('T') && time.groups?.['offset'] === undefined;
  return Date.parse(isLocal ? `${text}Z` : text);
}
