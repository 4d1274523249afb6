import { onTestFinished } from 'vitest';
import { createQueueRunner } from '../../src/cli/service/queue-runner.ts';
import type { Runner } from '../../src/cli/service/runner.ts';
import type { TenantConfig } from '../../src/config/types.ts';
import type { RunReport } from '../../src/db/run-report.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import type { RunListener } from '../../src/runs/run-events.ts';
import { Alerts } from '../../src/service/alerts.ts';
import type { World } from './world.ts';

/** A `start` or `worker` in this process, with connections of its own. */
export interface QueueProcess {
  readonly runner: Runner;
  readonly context: AppContext;
  /** what it executed, in order of the ends */
  readonly runs: RunReport[];
  stop(): Promise<'clean' | 'broken'>;
}

export interface QueueProcessOptions {
  readonly as: 'start' | 'worker';
  readonly tenants: readonly TenantConfig[];
  readonly atOnce?: number;
  readonly listener?: RunListener;
  readonly log?: Logger;
  /** whether `start` also executes runs */
  readonly worker?: boolean;
}

/**
 * Starts the service as the command does, without its page. Stopped by `onTestFinished`, so close
 * the world in an `onTestFinished` that is registered earlier.
 */
export async function startQueueProcess(
  world: World,
  { as, tenants, atOnce, listener, log, worker }: QueueProcessOptions,
): Promise<QueueProcess> {
  const opened = await world.context();
  const { config } = opened;
  const queue = worker === undefined ? {} : { queue: { worker } };
  const context = {
    ...opened,
    ...(log && { log }),
    config: { ...config, service: { ...config.service, ...queue } },
  };
  const stop = new AbortController();
  const runs: RunReport[] = [];
  const runner = await createQueueRunner(
    {
      context,
      tenants,
      alerts: new Alerts(context, stop.signal),
      signal: stop.signal,
      listenersOf: () => (listener === undefined ? [] : [listener]),
      addRun: (_, { report }) => runs.push(report),
    },
    { as, ...(atOnce !== undefined && { atOnce }) },
  );
  let stopped: Promise<'clean' | 'broken'> | undefined;
  const end = () => {
    stop.abort(new StopRequested());
    stopped ??= runner.drained();
    return stopped;
  };
  onTestFinished(async () => {
    await end();
  });
  runner.begin();
  return { runner, context, runs, stop: end };
}
