import type { ContentShared } from '../../src/event/contract.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import type { DryRunPlan } from '../../src/runs/dry-run.ts';

/** A dry run's plan: the bodies that a run would send, and all events, in the order of reading. */
export function recordPlan(): {
  readonly plan: DryRunPlan;
  readonly listeners: [];
  readonly bodies: ContentShared[];
  readonly events: NewEvent[];
} {
  const bodies: ContentShared[] = [];
  const events: NewEvent[] = [];
  const add = async (event: NewEvent) => {
    events.push(event);
    if (event.state === 'pending' && event.body) bodies.push(event.body);
  };
  return { plan: { add, drop: () => {} }, listeners: [], bodies, events };
}
