/** One fault of the torture, and what it did to the shares of a simulated company. */
export interface TortureRow {
  /** What was done to the product, in the words of the printed table. */
  readonly fault: string;
  /** How often the fault happened, not how often it was attempted. */
  readonly tried: number;
  /** Expected events that Gong does not have after the recovery. */
  readonly lost: number;
  /** Events that Gong accepted twice, or that no one expected. */
  readonly doubled: number;
  /** Longest time from the fault until everything had arrived; null if not measured. */
  readonly worstRecoveryMs: number | null;
  /** One line for each defect, with what reproduces it. */
  readonly failures: readonly string[];
}

/**
 * One part of the torture.
 *
 * @param options `only` limits the part to the faults whose name contains it
 * @returns one row per fault, in the order of the printed table
 */
export type TorturePart = (options: {
  readonly seed: number;
  readonly long: boolean;
  readonly only?: string;
  report(line: string): void;
}) => Promise<readonly TortureRow[]>;
