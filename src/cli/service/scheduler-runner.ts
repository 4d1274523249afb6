import { executeDueRun } from '../../scheduler/due-run.ts';
import { nextDue } from '../../scheduler/due-times.ts';
import { nextDueOf } from '../../scheduler/schedule-state.ts';
import { Scheduler } from '../../scheduler/scheduler.ts';
import { housekeeping } from '../../service/after-runs.ts';
import { executeSync } from './execute-run.ts';
import type { Runner, ServiceTools } from './runner.ts';

/** The scheduler of the only process: it executes each due run itself. */
export function createSchedulerRunner(tools: ServiceTools): Runner {
  const { alerts, signal } = tools;
  return new Scheduler({
    ...tools,
    execute: (context, due) =>
      executeDueRun(context, {
        ...due,
        run: (current, { tenant }) => {
          const backfillUntil = nextDueOf(tenant, current.clock.now());
          return executeSync(tools, current, { tenant, signal, backfillUntil });
        },
      }),
    housekeeping: (current, kept) => housekeeping(current, kept, { alerts, nextDue, signal }),
  });
}
