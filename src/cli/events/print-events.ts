import type { Database } from '../../db/schema.ts';
import { listOf, zonedTimeText } from '../../lib/format.ts';
import { recipientsOf, sharerOf, whyOf } from '../../operator/event-json.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { shortIds } from '../../outbox/id-prefix.ts';
import type { StoredEvent } from '../../outbox/outbox-event.ts';
import type { Io } from '../terminal/io.ts';
import { type Column, writeFirstFitting } from '../terminal/table.ts';
import { displayWidth } from '../terminal/width.ts';
import { writeHeading, writeParagraph } from '../terminal/write.ts';

/** Cells of a title: most are shown in full even if other columns have to go, and then this many. */
const TITLE_WIDTH_GOOD = 60;
const TITLE_WIDTH_MIN = 32;
const WHY_WIDTH_MIN = 15;
const PEOPLE_WIDTH_MIN = 12;
const DATE_CHARACTERS = 'YYYY-MM-DD'.length;

/** An event with the texts that depend on the list that it is in. */
interface Listed {
  readonly event: StoredEvent;
  /** short on a terminal, and complete in a file or a pipe */
  readonly id: string;
  /** with its zone */
  readonly sharedAt: string;
}

export interface EventsContext {
  readonly db: Database;
  /** the timezones of the listed tenants */
  readonly zones: ReadonlyMap<string, string>;
  /** a short id is unique among the events of these tenants */
  readonly allTenants: readonly string[];
}

/** A table with the titles first; on a terminal that is too narrow for it, two lines per event. */
export async function printEvents(
  io: Io,
  events: readonly StoredEvent[],
  context: EventsContext,
): Promise<void> {
  const rows = await listedOf(io, events, context);
  const showsTenant = context.zones.size > 1;
  const layouts = layoutsOf(showsTenant);
  const otherwise = (row: Listed) => writeLines(io, row, showsTenant);
  await writeFirstFitting(io, { layouts, otherwise }, rows);
}

async function listedOf(
  io: Io,
  events: readonly StoredEvent[],
  { db, zones, allTenants }: EventsContext,
): Promise<Listed[]> {
  const shortens = io.outIsTerminal && events.length <= LIST_LIMITS.idsShortenedMax;
  const ids = shortens ? events.map(({ eventId }) => eventId) : [];
  const short = await shortIds(db, allTenants, ids);
  return events.map((event) => ({
    event,
    id: short.get(event.eventId) ?? event.eventId,
    sharedAt: zonedTimeText(event.sharedAt, zones.get(event.tenant) ?? 'UTC'),
  }));
}

/** Complete; without the sharer; with dates instead of times; and with shorter titles. */
function layoutsOf(showsTenant: boolean): readonly Column<Listed>[][] {
  return [
    ...layoutsWithTitle(TITLE_WIDTH_GOOD, showsTenant),
    ...layoutsWithTitle(TITLE_WIDTH_MIN, showsTenant).slice(-1),
  ];
}

function layoutsWithTitle(titleWidthMin: number, showsTenant: boolean): Column<Listed>[][] {
  const people = { to: PEOPLE_WIDTH_MIN };
  const content: Column<Listed> = {
    title: 'content',
    value: ({ event }) => event.share.content.title,
    shrinks: { to: titleWidthMin, last: true },
  };
  const state: Column<Listed> = { title: 'state', value: ({ event }) => event.state };
  const why: Column<Listed> = {
    title: 'why',
    value: ({ event }) => whyOf(event),
    shrinks: { to: WHY_WIDTH_MIN },
  };
  const to: Column<Listed> = {
    title: 'to',
    value: ({ event }) => listOf(recipientsOf(event)),
    shrinks: people,
  };
  const from: Column<Listed> = {
    title: 'from',
    value: ({ event }) => sharerOf(event),
    shrinks: people,
  };
  const time: Column<Listed> = { title: 'shared', value: ({ sharedAt }) => sharedAt };
  const date: Column<Listed> = {
    title: 'shared',
    value: ({ sharedAt }) => sharedAt.slice(0, DATE_CHARACTERS),
  };
  const tenant: Column<Listed> = { title: 'tenant', value: ({ event }) => event.tenant };
  const id: Column<Listed> = { title: 'event', value: (row) => row.id };
  const end = showsTenant ? [tenant, id] : [id];
  return [
    [content, state, why, to, from, time, ...end],
    [content, state, why, to, time, ...end],
    [content, state, why, to, date, ...end],
  ];
}

/** The title, then the rest below it. */
async function writeLines(
  io: Io,
  { event, id, sharedAt }: Listed,
  showsTenant: boolean,
): Promise<void> {
  const why = whyOf(event);
  const tenant = showsTenant ? [event.tenant] : [];
  const state = why === undefined ? event.state : `${event.state}: ${why}`;
  const facts = `  ${[id, sharedAt, ...tenant, state].join('  ')}`;
  const people = listOf(recipientsOf(event));
  const recipients = people === '' ? '' : `  to ${people}`;
  await writeHeading(io, event.share.content.title || '-');
  if (displayWidth(facts + recipients) <= io.columns) {
    await writeParagraph(io, facts + recipients);
    return;
  }
  await writeParagraph(io, facts);
  if (recipients !== '') await writeParagraph(io, recipients);
}
