import type { FaultCounts } from './kills-gong-faults.ts';

/** then the torture ends: more of them show nothing new, and each one takes long */
const FAILURES_MAX = 20;

export interface Counters {
  tried: number;
  lost: number;
  doubled: number;
  worstRecoveryMs: number | null;
  readonly failures: string[];
}

/** What happened to all companies, by fault. */
export class Results {
  readonly rows = new Map<string, Counters>();
  readonly kills = { salesforce: 0, drive: 0 };
  readonly #gongFaults: Readonly<Record<'salesforce' | 'drive', FaultCounts>> = {
    salesforce: new Map(),
    drive: new Map(),
  };
  readonly #gongCalls = { salesforce: 0, drive: 0 };
  readonly #states = new Map<string, number>();

  of(fault: string): Counters {
    const counters = this.rows.get(fault) ?? {
      tried: 0,
      lost: 0,
      doubled: 0,
      worstRecoveryMs: null,
      failures: [],
    };
    this.rows.set(fault, counters);
    return counters;
  }

  /** Enough failures show what is wrong, and take long. */
  isGoing(until: {
    readonly kills: number;
    readonly faults: ReadonlyMap<string, number>;
  }): boolean {
    const failures = [...this.rows.values()].reduce((sum, row) => sum + row.failures.length, 0);
    if (failures >= FAILURES_MAX) return false;
    return (
      this.killCount < until.kills ||
      [...until.faults].some(([fault, times]) => this.of(fault).tried < times)
    );
  }

  get killCount(): number {
    return this.kills.salesforce + this.kills.drive;
  }

  addGongCalls(
    source: 'salesforce' | 'drive',
    { faultyCalls, counts }: { readonly faultyCalls: number; readonly counts: FaultCounts },
  ): void {
    this.#gongCalls[source] += faultyCalls;
    for (const [name, count] of counts) add(this.#gongFaults[source], name, count);
  }

  addEvents(state: string, count: number): void {
    add(this.#states, state, count);
  }

  /** Lines that show what the kills met. */
  summary(): string[] {
    const { salesforce, drive } = this.kills;
    return [
      `kills: ${salesforce} with Salesforce only, ${drive} with Drive`,
      ...(['salesforce', 'drive'] as const).map((source) => {
        const faults = this.#gongFaults[source];
        const failed = [...faults.values()].reduce((sum, count) => sum + count, 0);
        const calls = this.#gongCalls[source];
        return `calls to Gong (${source}): ${calls}, of which ${failed} failed: ${listed(faults)}`;
      }),
      `events at the end: ${listed(this.#states)}`,
    ];
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name}: ${count}`).join(' · ');
}
