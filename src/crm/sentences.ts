import { REASON_LIMITS } from './limits.ts';

interface NamedRecord {
  readonly id: string;
  readonly name?: string;
}

/** `"Acme" (001…)`, or the Id alone where Salesforce shows no name. */
export function labelOf(record: NamedRecord): string {
  const name = record.name === undefined ? '' : shortened(record.name);
  return name === '' ? record.id : `"${name}" (${record.id})`;
}

/** An address in the middle of a sentence: whatever somebody typed, in one line. */
export function addressOf(email: string): string {
  return shortened(email) || 'an empty address';
}

/** The first few items, and how many there are beyond: an Account may have thousands of deals. */
export function listOf<T>(items: readonly T[], say: (item: T) => string): string {
  const listed = items.slice(0, REASON_LIMITS.recordsListedMax).map(say).join(', ');
  const more = items.length - REASON_LIMITS.recordsListedMax;
  return more > 0 ? `${listed} and ${more} more` : listed;
}

/** ISO-8601 in UTC without fractions. */
export function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Cut between code points: half a surrogate pair would not survive the database's JSON. */
function shortened(name: string): string {
  const line = name.replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim();
  if (line.length <= REASON_LIMITS.nameLengthMax) return line;
  const points = [...line];
  if (points.length <= REASON_LIMITS.nameLengthMax) return line;
  return `${points.slice(0, REASON_LIMITS.nameLengthMax - 1).join('')}…`;
}
