/** What crmContext of a reported delivery names, in its order. */
export type NamedObject = 'Opportunity' | 'Account' | 'Contact' | 'Lead';

/** One delivery of the made-up company, told for a demo and held to by tests. */
export interface ScenarioDelivery {
  readonly deliveryId: string;
  readonly title: string;
  /** who gave what to whom, and what makes it worth telling: one sentence */
  readonly line: string;
  /** what sharetrail's contract makes of it at the next run */
  readonly outcome: 'reported' | 'held' | 'skipped';
  /** the contract's word for a delivery that is not reported */
  readonly reason?: string;
  /** empty where it is not reported */
  readonly names: readonly NamedObject[];
}

/** When deliveries were made: spread evenly from `from` on, the last one at `until`. */
export interface TimeSpan {
  /** epoch milliseconds, exclusive */
  readonly from: number;
  /** epoch milliseconds */
  readonly until: number;
}

/** The time of the delivery with this number, from 1 to `count`, in whole seconds. */
export function timeOf(
  times: TimeSpan,
  { number, count }: { number: number; count: number },
): number {
  const at = times.from + ((times.until - times.from) * number) / count;
  return Math.floor(at / 1_000) * 1_000;
}
