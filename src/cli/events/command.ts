import { LIST_LIMITS } from '../../operator/limits.ts';
import { requireOne } from '../../operator/retry-and-skip.ts';
import type { StoredEvent } from '../../outbox/event-types.ts';
import { findEvents, listAttempts, listEvents as readEvents } from '../../outbox/queries.ts';
import type { State } from '../../outbox/states.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { parseWhen } from '../command-line/parse-date-or-time.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { numberText, timeText } from '../terminal/format.ts';
import { type Column, writeTable } from '../terminal/table.ts';
import { writeError, writeJson, writeJsonLines, writeParagraph } from '../terminal/write.ts';
import { eventDetailJson, eventJson, recipientsOf, sharerOf, stateText } from './json-record.ts';
import { printEvent } from './print-event.ts';

export const listEvents: Handler = (input) =>
  withCommandSession(input, { access: 'read' }, showList);

export const showEvent: Handler = (input) => withCommandSession(input, { access: 'read' }, showOne);

async function showList(session: CommandSession): Promise<ExitCode> {
  const { context, input, json } = session;
  const state = textOption(input, 'state') as State | undefined;
  const limit = Number(input.options['limit'] ?? LIST_LIMITS.eventsDefault);
  const windows = windowsOf(session);
  const events = await readEvents(context.db, { windows, limit, ...(state && { state }) });
  if (json) {
    await writeJsonLines(input.io, events.map(eventJson));
    return EXIT.success;
  }
  await writeTable(input.io, columnsOf(session), events);
  if (events.length === 0) await writeParagraph(input.io, 'No events.');
  if (events.length === limit) {
    const max = numberText(LIST_LIMITS.eventsMax);
    writeError(input.io, `These are the newest ${limit}. For more, use --limit (at most ${max}).`);
  }
  return EXIT.success;
}

/** Tenants in the same timezone share a window: a date starts at midnight there. */
function windowsOf({ tenants, input }: CommandSession) {
  const since = textOption(input, 'since');
  const zones = Map.groupBy(tenants, ({ timezone }) => (since === undefined ? '' : timezone));
  return [...zones].map(([timezone, members]) => ({
    tenants: members.map(({ tenant }) => tenant),
    ...(since !== undefined && { since: parseWhen(since, timezone) }),
  }));
}

function columnsOf({ tenants }: CommandSession): Column<StoredEvent>[] {
  const zones = new Map(tenants.map(({ tenant, timezone }) => [tenant, timezone]));
  const several = tenants.length > 1;
  return [
    {
      title: 'shared',
      value: (event) => timeText(event.sharedAt, zones.get(event.tenant) ?? 'UTC'),
    },
    ...(several ? [{ title: 'tenant', value: (event: StoredEvent) => event.tenant }] : []),
    { title: 'state', value: stateText },
    { title: 'content', value: (event) => event.share.content.title, shrinks: true },
    { title: 'from', value: sharerOf, shrinks: true },
    { title: 'to', value: (event) => recipientsOf(event).join(', '), shrinks: true },
    { title: 'event', value: (event) => event.eventId },
  ];
}

async function showOne(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, input, json } = session;
  const [eventId = ''] = input.arguments;
  const names = tenants.map(({ tenant }) => tenant);
  const event = requireOne(await findEvents(context.db, names, eventId), eventId);
  const attempts = await listAttempts(context.db, event);
  const zone = tenants.find(({ tenant }) => tenant === event.tenant)?.timezone ?? 'UTC';
  if (json) await writeJson(input.io, eventDetailJson(event, attempts));
  else await printEvent(input.io, event, { attempts, zone });
  return EXIT.success;
}
