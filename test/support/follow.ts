import type { Command } from './command.ts';
import { until } from './until.ts';

/** A line of a command's log. */
export interface LoggedEvent {
  readonly msg: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

/** What the command has logged so far. */
export function loggedBy(command: Pick<Command, 'stderr'>): LoggedEvent[] {
  const complete = command.stderr().split('\n').slice(0, -1);
  return complete.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

/** Resolves once the command has logged this event, with these fields. */
export async function untilLogged(
  command: Pick<Command, 'stderr'>,
  msg: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const expected = Object.entries(fields);
  const isIt = (event: LoggedEvent) =>
    event.msg === msg && expected.every(([name, value]) => event[name] === value);
  await until(() => loggedBy(command).some(isIt));
}
