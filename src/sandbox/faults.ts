import type { SandboxRequest } from './http-types.ts';
import { createRandom } from './seeded-random.ts';

/**
 * The kind of failure.
 * - `answer`: sends this response instead of the vendor's. With `processed`, the vendor handles the
 *   request first, as if a proxy had timed out.
 * - `delay`: waits `ms` milliseconds, then evaluates the next rule.
 * - `cut`: announces the full length of the vendor's response, sends half of its body, and closes
 *   the connection.
 * - `reset`: resets the connection before the vendor sees the request.
 * - `hang`: never responds. With `processed`, the vendor handles the request first.
 * - `lose-answer`: the vendor handles the request, then the connection is reset.
 * - `redirect`: redirects to `location` with `status`, by default 302.
 */
export type FaultAction =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: object | string;
      readonly processed?: true;
    }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang'; readonly processed?: true }
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number };

/** A fault and the requests that it affects: those that match all given conditions. */
export interface FaultRule {
  /** a key of the sandbox's vendors; default: all of them */
  readonly vendor?: string;
  readonly method?: string;
  /** a part of path and query */
  readonly pathIncludes?: string;
  /** the request's JSON body has this `eventId` */
  readonly eventId?: string;
  /** number of matching requests to leave alone first */
  readonly skip?: number;
  /** number of requests to affect after that; default: unlimited */
  readonly times?: number;
  /** the chance of affecting a matching request, 0 to 1 */
  readonly probability?: number;
  /** seed of the chance: the same seed affects the same requests; default 1 */
  readonly seed?: number;
  readonly action: FaultAction;
}

/** A rule and its counters. */
export interface FaultState {
  readonly id: number;
  readonly rule: FaultRule;
  /** requests that matched its conditions */
  readonly fitted: number;
  /** requests that it affected */
  readonly struck: number;
}

/** The effect on one request: the total delay, then at most one action that ends it. */
export interface FaultEffect {
  readonly delayMs: number;
  readonly action?: Exclude<FaultAction, { kind: 'delay' }>;
}

const SEED = 1;

/** The rules in the order in which they were added; the first one that ends a request wins. */
export class Faults {
  #rules: ActiveRule[] = [];
  #lastId = 0;

  /** Returns the rule's ID, for `remove`. */
  add(rule: FaultRule): number {
    this.#lastId += 1;
    this.#rules.push(new ActiveRule(this.#lastId, rule));
    return this.#lastId;
  }

  /** Returns false if there is no such rule. */
  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
  }

  get states(): readonly FaultState[] {
    return this.#rules.map(({ id, rule, fitted, struck }) => ({ id, rule, fitted, struck }));
  }

  /** The effect on this request. Counts the request for each rule that was evaluated. */
  apply(vendor: string, request: SandboxRequest): FaultEffect {
    let delayMs = 0;
    for (const rule of this.#rules) {
      if (!rule.fires(vendor, request)) continue;
      const { action } = rule.rule;
      if (action.kind !== 'delay') return { delayMs, action: action };
      delayMs += action.ms;
    }
    return { delayMs };
  }
}

class ActiveRule {
  readonly id: number;
  readonly rule: FaultRule;
  readonly #random: () => number;
  fitted = 0;
  struck = 0;

  constructor(id: number, rule: FaultRule) {
    this.id = id;
    this.rule = rule;
    this.#random = createRandom(rule.seed ?? SEED);
  }

  fires(vendor: string, request: SandboxRequest): boolean {
    const { skip = 0, times = Number.POSITIVE_INFINITY, probability = 1 } = this.rule;
    if (this.struck >= times || !matchesRule(this.rule, vendor, request)) return false;
    this.fitted += 1;
    if (this.fitted <= skip || this.#random() >= probability) return false;
    this.struck += 1;
    return true;
  }
}

function matchesRule(rule: FaultRule, vendor: string, request: SandboxRequest): boolean {
  const query = request.query.size > 0 ? `?${request.query}` : '';
  return (
    (rule.vendor ?? vendor) === vendor &&
    (rule.method ?? request.method) === request.method &&
    `${request.path}${query}`.includes(rule.pathIncludes ?? '') &&
    (rule.eventId === undefined || rule.eventId === eventIdIn(request.body))
  );
}

function eventIdIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'eventId' in value
      ? value.eventId
      : undefined;
  } catch {
    return undefined;
  }
}
