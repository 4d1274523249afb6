/** How much each benchmark measures. */
export interface Sizes {
  /** runs of each figure, an odd number */
  readonly runs: number;
  readonly pushedEvents: number;
  readonly pacedEvents: number;
  /** deliveries of a large org, and of a small one, whose memory is the floor */
  readonly deliveries: number;
  readonly fewDeliveries: number;
  readonly auditEntries: number;
  readonly quietUsers: number;
  readonly pendingEvents: number;
  readonly pacedCalls: number;
  /** the first is the floor */
  readonly callsOnRecord: readonly number[];
  readonly postgresDeliveries: number;
  readonly workersAtOnce: number;
  /** each of them measures one worker, too, which takes minutes */
  readonly workerRuns: number;
  /** until each vendor responds to a worker */
  readonly workerLatencyMs: number;
  readonly workerTenants: number;
  readonly workerEvents: number;
  /** tenants that share a Gong account, at its limit */
  readonly sharedAccountTenants: number;
  readonly sharedAccountEvents: number;
  readonly growth: readonly number[];
}

export const FULL: Sizes = {
  runs: 5,
  pushedEvents: 4_000,
  pacedEvents: 300,
  deliveries: 1_000_000,
  fewDeliveries: 100_000,
  auditEntries: 100_000,
  quietUsers: 10,
  pendingEvents: 1_000_000,
  pacedCalls: 3_000,
  callsOnRecord: [0, 10_000, 1_000_000],
  postgresDeliveries: 200_000,
  workersAtOnce: 4,
  workerRuns: 1,
  workerLatencyMs: 20,
  workerTenants: 1_000,
  workerEvents: 50,
  sharedAccountTenants: 8,
  sharedAccountEvents: 15,
  growth: [10_000, 100_000, 1_000_000],
};

/** Less than a minute: it shows that every benchmark works, and no speed. */
export const SHORT: Sizes = {
  runs: 1,
  pushedEvents: 40,
  pacedEvents: 7,
  deliveries: 300,
  fewDeliveries: 100,
  auditEntries: 40,
  quietUsers: 3,
  pendingEvents: 200,
  pacedCalls: 5,
  callsOnRecord: [0, 50],
  postgresDeliveries: 200,
  workersAtOnce: 2,
  workerRuns: 1,
  workerLatencyMs: 20,
  workerTenants: 3,
  workerEvents: 5,
  sharedAccountTenants: 2,
  sharedAccountEvents: 4,
  growth: [20, 200],
};
