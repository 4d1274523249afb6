import { cpus, loadavg, totalmem } from 'node:os';

/** Where and when figures were measured. */
export interface Machine {
  readonly at: string;
  readonly processors: string;
  readonly memoryGigabytes: number;
  readonly node: string;
  /** processes that wanted a processor, on average over the last minute; a quiet machine has 0 */
  readonly load: number;
}

export function machineNow(): Machine {
  const all = cpus();
  return {
    at: new Date().toISOString(),
    processors: `${all.length} × ${all[0]?.model ?? 'unknown'}`,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export function machineText({ at, processors, memoryGigabytes, node, load }: Machine): string {
  return `${at.slice(0, 10)}, ${processors}, ${memoryGigabytes} GB, Node ${node}, load ${load}`;
}
