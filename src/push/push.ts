import { Drain, type PushOptions } from './drain.ts';
import type { PushReport } from './report.ts';

/** Sends a tenant's pending events to Gong while the run is still committing more. */
export interface Push {
  /** Call it after a commit of events. */
  wake(): void;
  /**
   * Call it after the last commit. Resolves once every event that can be sent has been sent.
   * Rejects on a lost lease or a database failure; failures of Gong are in the report.
   */
  finish(): Promise<PushReport>;
  /** Settles when pushing ends, whether or not `finish` was called. */
  readonly ended: Promise<PushReport>;
}

export function startPush(options: PushOptions): Push {
  const drain = new Drain(options);
  const ended = drain.run();
  return {
    wake: () => drain.wake(),
    finish: () => {
      drain.close();
      return ended;
    },
    ended,
  };
}
