import type { SandboxRequest } from './http-types.ts';
import { createRandom } from './seeded-random.ts';

/**
 * What goes wrong.
 * - `answer`: this answer instead of the vendor's; with `processed`, the vendor did its work first
 *   (a proxy that lost patience)
 * - `delay`: later by so many ms; goes on to the next rule
 * - `cut`: the vendor's answer, its length promised, half of its body, the end of the connection
 * - `reset`: a connection reset before the vendor saw the request
 * - `hang`: no answer ever; with `processed`, the vendor did its work first
 * - `lose-answer`: the vendor did its work, then the connection is reset
 * - `redirect`: to `location`, with 302 unless `status` says another
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

/** A fault and the requests that it befalls: all that fit every condition given. */
export interface FaultRule {
  /** a key of the sandbox's vendors; absent: all of them */
  readonly vendor?: string;
  readonly method?: string;
  /** a part of path and query */
  readonly pathIncludes?: string;
  /** the request's JSON body has this `eventId` */
  readonly eventId?: string;
  /** so many fitting requests go by unharmed first */
  readonly skip?: number;
  /** then it strikes so many times; absent: for ever */
  readonly times?: number;
  /** it strikes a fitting request with this chance, 0 to 1 */
  readonly probability?: number;
  /** of the chance; the same seed strikes the same requests again. Default 1 */
  readonly seed?: number;
  readonly action: FaultAction;
}

/** A rule with what it has done so far. */
export interface FaultState {
  readonly id: number;
  readonly rule: FaultRule;
  /** requests that fitted its conditions */
  readonly fitted: number;
  /** requests that it struck */
  readonly struck: number;
}

/** What befalls one request: waits in all, then at most one thing that ends it. */
export interface FaultEffect {
  readonly delayMs: number;
  readonly action?: Exclude<FaultAction, { kind: 'delay' }>;
}

const SEED = 1;

/** The rules in the order in which they were added; the first that ends a request wins. */
export class Faults {
  #rules: ActiveRule[] = [];
  #lastId = 0;

  /** Gives the rule's id, for `remove`. */
  add(rule: FaultRule): number {
    this.#lastId += 1;
    this.#rules.push(new ActiveRule(this.#lastId, rule));
    return this.#lastId;
  }

  /** False when there is no such rule. */
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

  /** What befalls this request; counts it with each rule that was asked. */
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
