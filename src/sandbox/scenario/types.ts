/** The objects that a reported event names in crmContext, in its order. */
export type NamedObject = 'Opportunity' | 'Account' | 'Contact' | 'Lead';

/** One delivery of the simulated company, shown by the demo and verified by tests. */
export interface ScenarioDelivery {
  readonly deliveryId: string;
  readonly title: string;
  /** one sentence: who shared what with whom, and what the example shows */
  readonly line: string;
  /** the expected outcome of the next run */
  readonly outcome: 'reported' | 'held' | 'skipped';
  /** the reason if the delivery is not reported */
  readonly reason?: string;
  /** empty if not reported */
  readonly names: readonly NamedObject[];
}

/** The creation times of deliveries: evenly spread after `from`, the last one at `until`. */
export interface TimeSpan {
  /** epoch milliseconds, exclusive */
  readonly from: number;
  /** epoch milliseconds */
  readonly until: number;
}

/** The time of delivery `number`, from 1 to `count`, in whole seconds. */
export function timeOf(
  times: TimeSpan,
  { number, count }: { number: number; count: number },
): number {
  const at = times.from + ((times.until - times.from) * number) / count;
  return Math.floor(at / 1_000) * 1_000;
}
