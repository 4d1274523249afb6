import { HOUR_MS, MINUTE_MS } from './model-limits.ts';
import type { Random } from './random.ts';

type Vendor = 'salesforce' | 'google' | 'gong';
/** `throttled`: Gong responds 429 to everyone */
export type Condition = 'normal' | 'slow' | 'down' | 'throttled';

const CELL_MS = 10 * MINUTE_MS;
const CONDITIONS: readonly Condition[] = ['normal', 'slow', 'down', 'throttled'];
const LATENCIES = 4_096;
const SLOW_FACTOR = 6;
/** of one call, in milliseconds */
const LATENCY = {
  salesforce: { medianMs: 150, sigma: 0.6 },
  google: { medianMs: 120, sigma: 0.6 },
  gong: { medianMs: 180, sigma: 0.5 },
} as const;
/** per year of nights, each this long in hours, evenly between the two */
const INCIDENTS = [
  { condition: 'slow', perYear: 20, hours: [1, 6] },
  { condition: 'down', perYear: 10, hours: [0.5, 3] },
  { condition: 'throttled', perYear: 10, hours: [0.2, 1] },
] as const;

/** One vendor: how long its calls take, and when it is slow, down, or throttles everyone. */
export class ModeledVendor {
  readonly #cells: Uint8Array;
  readonly #from: number;
  readonly #latencies: Float64Array;
  readonly #random: Random;

  constructor(
    vendor: Vendor,
    options: { readonly random: Random; readonly from: number; readonly days: number },
  ) {
    const { random, from, days } = options;
    this.#random = random;
    this.#from = from;
    // A day more, because the last runs end after the last due time.
    this.#cells = new Uint8Array(Math.ceil(((days + 1) * 24 * HOUR_MS) / CELL_MS));
    const { medianMs, sigma } = LATENCY[vendor];
    this.#latencies = Float64Array.from({ length: LATENCIES }, () =>
      Math.ceil(random.logNormal(medianMs, sigma)),
    );
    for (const incident of INCIDENTS) {
      if (incident.condition === 'throttled' && vendor !== 'gong') continue;
      const count = random.poisson((incident.perYear * days) / 365);
      for (let each = 0; each < count; each += 1) this.#addIncident(incident);
    }
  }

  conditionAt(at: number): Condition {
    return CONDITIONS[this.#cells[Math.floor((at - this.#from) / CELL_MS)] ?? 0] ?? 'normal';
  }

  /** of one call, in milliseconds */
  latencyMs(condition: Condition): number {
    const latency = this.#latencies[(this.#random.next() * LATENCIES) | 0] ?? 0;
    return condition === 'slow' ? latency * SLOW_FACTOR : latency;
  }

  /** of calls one after the other, in milliseconds; many are estimated from a few */
  latencyOfMs(calls: number, condition: Condition): number {
    const sampled = Math.min(calls, 8);
    let sum = 0;
    for (let call = 0; call < sampled; call += 1) sum += this.latencyMs(condition);
    return sampled === 0 ? 0 : Math.ceil((sum * calls) / sampled);
  }

  #addIncident({ condition, hours }: (typeof INCIDENTS)[number]): void {
    const begin = this.#random.whole(this.#cells.length);
    const [shortest, longest] = hours;
    const cells = Math.ceil((this.#random.between(shortest, longest) * HOUR_MS) / CELL_MS);
    this.#cells.fill(CONDITIONS.indexOf(condition), begin, begin + cells);
  }
}
