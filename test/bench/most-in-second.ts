const SECOND_MS = 1_000;
/** of a call on record: older calls are one row per minute */
const MINUTE_END_MS = 59_999;
const MINUTE_MS = 60_000;

/** Calls that the product counted at a time, epoch milliseconds. */
export interface CountedCall {
  readonly at: number;
  readonly calls: number;
}

/** The most calls in any second, by the permits on record, which do not depend on the network. */
export function mostInSecond(counted: readonly CountedCall[]): number {
  const calls = counted.filter(({ at }) => at % MINUTE_MS !== MINUTE_END_MS);
  if (calls.length === 0) throw new Error('no call is on record');
  const counts = calls.map(({ at }) =>
    calls
      .filter((call) => call.at >= at && call.at < at + SECOND_MS)
      .reduce((sum, call) => sum + call.calls, 0),
  );
  return Math.max(...counts);
}
