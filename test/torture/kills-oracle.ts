import { createHash } from 'node:crypto';
import type { GongEvent } from '../../src/sandbox/gong/event-log.ts';

/**
 * What Gong must have of an act: `due` exactly once; `possible` at most once, because it is due later
 * or depends on a command that was killed; `never`.
 */
export type Expectation = 'due' | 'possible' | 'never';

/** One share, as its history says: a person gives others access to a file, or delivers one. */
export interface Act {
  readonly source: 'salesforce' | 'google-drive';
  /** the delivery's Id, or the file's */
  readonly content: string;
  /** the outsiders who get access by it; empty for a delivery that names no one */
  readonly people: readonly string[];
  /** epoch milliseconds */
  readonly at: number;
  /** undefined if a change log reports it: its identity depends on when it is read */
  readonly eventId?: string;
  /** it becomes visible after its time */
  readonly isLate?: true;
  /** before the tenant's start: only a backfill reports it */
  readonly isPast?: true;
  /** of all its people; those in `exceptions` differ */
  expectation: Expectation;
  readonly exceptions: Map<string, Expectation>;
}

/** What differs between the history and Gong. */
export interface Difference {
  readonly lost: number;
  readonly doubled: number;
  readonly sentences: readonly string[];
}

const NO_ONE = 'no one';

/**
 * A naive model of the entire company: it counts how often each person was given access to each file,
 * and uses none of the product's code.
 */
export function compareWithGong(
  acts: readonly Act[],
  events: readonly Pick<GongEvent, 'eventId' | 'body'>[],
): Difference {
  const got = countOf(events.flatMap(sharesIn));
  const shares = acts.flatMap((act) => sharesOf(act));
  const due = countOf(shares.filter(({ expects }) => expects === 'due').map(({ key }) => key));
  const most = countOf(shares.filter(({ expects }) => expects !== 'never').map(({ key }) => key));
  const sentences: string[] = [];
  let [lost, doubled] = [0, 0];
  for (const key of new Set([...got.keys(), ...most.keys()])) {
    const [count, atLeast, atMost] = [got.get(key) ?? 0, due.get(key) ?? 0, most.get(key) ?? 0];
    lost += Math.max(0, atLeast - count);
    doubled += Math.max(0, count - atMost);
    if (count < atLeast) sentences.push(`lost: Gong has ${key} ${count} times, not ${atLeast}`);
    if (count > atMost) sentences.push(`doubled: Gong has ${key} ${count} times, not ${atMost}`);
  }
  return { lost, doubled, sentences: [...sentences, ...wrongIds(acts, events)] };
}

/** An act that an audit log or Salesforce dates permanently has one possible eventId. */
function wrongIds(
  acts: readonly Act[],
  events: readonly Pick<GongEvent, 'eventId' | 'body'>[],
): string[] {
  const known = new Set(events.map(({ eventId }) => eventId));
  return acts
    .filter(({ expectation, exceptions }) => expectation === 'due' && exceptions.size === 0)
    .filter(({ eventId }) => eventId !== undefined && !known.has(eventId))
    .map(({ eventId, content }) => `Gong has no ${eventId} for ${content}`);
}

function sharesOf(act: Act): { readonly key: string; readonly expects: Expectation }[] {
  const people = act.people.length === 0 ? [NO_ONE] : act.people;
  return people.map((person) => ({
    key: keyOf(act.source, act.content, person),
    expects: act.exceptions.get(person) ?? act.expectation,
  }));
}

function sharesIn({ eventId = '', body = {} }: Pick<GongEvent, 'eventId' | 'body'>): string[] {
  const isDelivery = eventId.startsWith('salesforce:');
  const content = String(isDelivery ? body['shareId'] : body['contentId']);
  const recipients = (body['recipients'] ?? []) as readonly { readonly email: string }[];
  const people = recipients.length === 0 ? [NO_ONE] : recipients.map(({ email }) => email);
  const source = isDelivery ? 'salesforce' : 'google-drive';
  return people.map((person) => keyOf(source, content, person));
}

function keyOf(source: Act['source'], content: string, person: string): string {
  return `${source} ${content} for ${person}`;
}

function countOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The identity of a share in the audit log: file, actor, time and people. */
export function auditedEventId(act: Pick<Act, 'content' | 'people' | 'at'>, by: string): string {
  const facts = [act.content, by, new Date(act.at).toISOString(), ...[...act.people].sort()];
  const digits = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  return `drive:${digits.slice(0, 32)}`;
}
