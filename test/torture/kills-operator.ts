import { TENANT } from '../support/cli-world.ts';
import type { CommandEnd } from '../support/command.ts';
import type { Act } from './kills-oracle.ts';
import type { TortureWorld } from './kills-world.ts';

const QUEUED = `select event_id, state from event where tenant = ?
  and state in ('pending', 'held', 'rejected', 'skipped') and coalesce(reason, '') <> 'internal-only'`;

interface Row {
  readonly event_id: string;
  readonly state: string;
}

/** An operator's command on one event, and the act that it reports. */
export interface OperatorCommand {
  readonly action: 'retry' | 'skip';
  readonly words: string;
  readonly act: Act;
}

/** A random command on a random event; undefined if nothing is queued. */
export function chooseCommand(torture: TortureWorld): OperatorCommand | undefined {
  const acts = new Map(
    torture.company.acts
      .filter(({ exceptions, people }) => exceptions.size === 0 && people.length > 0)
      .map((each) => [each.eventId, each] as const),
  );
  const rows = torture.world
    .query<Row>(QUEUED, TENANT)
    .filter(({ event_id }) => acts.has(event_id));
  const row = rows[torture.below(rows.length)];
  const act = acts.get(row?.event_id);
  if (row === undefined || act === undefined) return undefined;
  const action = row.state === 'skipped' || torture.random() < 0.2 ? 'retry' : 'skip';
  return { action, words: `events ${action} ${row.event_id}`, act };
}

/** Adapts the model once nothing runs: a killed command has either happened or not. */
export function commandEnded(
  torture: TortureWorld,
  command: OperatorCommand,
  end: CommandEnd,
): void {
  const { world, company } = torture;
  const { act, action, words } = command;
  const [row] = world.query<Row>(
    'select event_id, state from event where tenant = ? and event_id = ?',
    TENANT,
    act.eventId,
  );
  const isInGong = world.sandbox.gong.events.some(({ eventId }) => eventId === act.eventId);
  const state = row?.state ?? 'missing';
  if (action === 'skip' && end.code === 0 && state !== 'skipped' && !isInGong) {
    torture.failures.push(`${words} succeeded, and the event is ${state}`);
  }
  if (state === 'skipped') act.expectation = isInGong ? 'due' : 'never';
  else if (act.expectation === 'never') company.expectAgain(act);
}
