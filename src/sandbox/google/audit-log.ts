import { createHash } from 'node:crypto';

export interface AuditParameter {
  readonly name: string;
  readonly value?: string;
  readonly multiValue?: readonly string[];
  readonly boolValue?: boolean;
}

export interface AuditEvent {
  readonly type: 'access' | 'acl_change';
  readonly name: string;
  readonly parameters: readonly AuditParameter[];
}

/** What one user did at one moment: one or more events. */
export interface Activity {
  /** epoch milliseconds */
  readonly at: number;
  /** unique number that orders activities of the same moment */
  readonly order: number;
  readonly actor: string;
  readonly events: readonly AuditEvent[];
  /** epoch milliseconds; Infinity: it never appears */
  readonly visibleAt: number;
}

export type NewActivity = Omit<Activity, 'order'>;

/** A position in the log: the last activity of a page. */
export type AuditPosition = Pick<Activity, 'at' | 'order'>;

/** Activities computed from a number; later ones have higher numbers. */
export interface ComputedActivities {
  /** number of activities before a time */
  countBefore(at: number): number;
  readonly activityCount: number;
  activity(number: number): Activity;
}

/** Stored activities follow computed ones of the same moment. */
const STORED_ORDER = 1_000_000_000;

/** The activities, newest first. */
export class AuditLog {
  readonly #stored: Activity[] = [];
  #added = 0;
  /** computed activities; set once for a benchmark */
  generated: ComputedActivities | undefined;

  add(activity: NewActivity): void {
    this.#added += 1;
    const placed = { ...activity, order: STORED_ORDER + this.#added };
    this.#stored.splice(firstAtOrAfter(this.#stored, placed), 0, placed);
  }

  /** All activities before a position, newest first, including those not visible yet. */
  *before(position: AuditPosition): Generator<Activity> {
    let stored = firstAtOrAfter(this.#stored, position) - 1;
    let computed = this.#computedBefore(position) - 1;
    while (stored >= 0 || computed >= 0) {
      const one = this.#stored[stored];
      const other = computed >= 0 ? this.generated?.activity(computed) : undefined;
      const next = one && (!other || compare(one, other) > 0) ? one : other;
      if (!next) return;
      if (next === one) stored -= 1;
      else computed -= 1;
      yield next;
    }
  }

  #computedBefore({ at, order }: AuditPosition): number {
    if (!this.generated) return 0;
    let count = this.generated.countBefore(at);
    for (; count < this.generated.activityCount && count < order; count += 1)
      if (this.generated.activity(count).at > at) break;
    return count;
  }
}

/** A signed 64-bit number in digits, like `id.uniqueQualifier`. */
export function qualifierOf({ at, order }: AuditPosition): string {
  const hash = createHash('sha256').update(`${at} ${order}`).digest('hex');
  return BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`)).toString();
}

function compare(one: AuditPosition, other: AuditPosition): number {
  return one.at - other.at || one.order - other.order;
}

function firstAtOrAfter(sorted: readonly Activity[], position: AuditPosition): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const activity = sorted[middle];
    if (activity && compare(activity, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
