import { numberText } from '../../lib/format.ts';
import { eventDetailJson, eventJson } from '../../operator/event-json.ts';
import { explainStored } from '../../operator/explain.ts';
import { listFilteredEvents } from '../../operator/filter-events.ts';
import { findEvent } from '../../operator/find-event.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import type { EventFilter } from '../../outbox/list-events.ts';
import type { State } from '../../outbox/states.ts';
import type { SourceName } from '../../share/share.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { parseWhen } from '../command-line/parse-date-or-time.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { writeError, writeJson, writeJsonLines, writeParagraph } from '../terminal/write.ts';
import { printEvent } from './print-event.ts';
import { printEvents } from './print-events.ts';

export const listEvents: Handler = (input) =>
  withCommandSession(input, { access: 'read', secrets: 'deferred' }, showList);

export const showEvent: Handler = (input) =>
  withCommandSession(input, { access: 'read', secrets: 'deferred' }, showOne);

async function showList(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, input, json } = session;
  const limit = Number(input.options['limit'] ?? LIST_LIMITS.eventsDefault);
  const text = textOption(input, 'search');
  const filter = filterOf(session, limit);
  const events = await listFilteredEvents(
    context.db,
    text === undefined ? filter : { ...filter, text },
  );
  if (json) {
    await writeJsonLines(input.io, events.map(eventJson));
    return EXIT.success;
  }
  await printEvents(input.io, events, {
    db: context.db,
    zones: new Map(tenants.map(({ tenant, timezone }) => [tenant, timezone])),
    // Not only the listed ones: a short ID must also work without --tenant.
    allTenants: context.config.tenants.map(({ tenant }) => tenant),
  });
  if (events.length === 0) await writeParagraph(input.io, 'No events.');
  if (events.length === limit) {
    const max = numberText(LIST_LIMITS.eventsMax);
    writeError(input.io, `These are the newest ${limit}. For more, use --limit (at most ${max}).`);
  }
  return EXIT.success;
}

/** The options, which the parser has checked. */
function filterOf(session: CommandSession, limit: number): EventFilter {
  const { input } = session;
  const state = textOption(input, 'state') as State | undefined;
  const source = textOption(input, 'source') as SourceName | undefined;
  const reason = textOption(input, 'reason');
  return {
    windows: windowsOf(session),
    limit,
    ...(state && { state }),
    ...(source && { source }),
    ...(reason && { reason }),
  };
}

/** Tenants in the same timezone share a window: a date starts at midnight there. */
function windowsOf({ tenants, input }: CommandSession): EventFilter['windows'] {
  const since = textOption(input, 'since');
  const until = textOption(input, 'until');
  const isOpen = since === undefined && until === undefined;
  const zones = Map.groupBy(tenants, ({ timezone }) => (isOpen ? '' : timezone));
  return [...zones].map(([timezone, members]) => {
    const window = {
      ...(since !== undefined && { since: parseWhen(since, timezone) }),
      ...(until !== undefined && { until: parseWhen(until, timezone) }),
    };
    refuseEmpty(window);
    return { ...window, tenants: members.map(({ tenant }) => tenant) };
  });
}

function refuseEmpty({ since, until }: { readonly since?: number; readonly until?: number }): void {
  if (since === undefined || until === undefined || since < until) return;
  throw new UsageError('--until is not after --since: no event can be in between', {
    hint: 'The list includes --since and ends before --until.',
  });
}

async function showOne(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, input, json } = session;
  const [eventId = ''] = input.arguments;
  const names = tenants.map(({ tenant }) => tenant);
  const event = await findEvent(context.db, names, eventId);
  const owner = tenants.find(({ tenant }) => tenant === event.tenant);
  if (owner === undefined) throw new Error(`no tenant ${event.tenant}`);
  const { attempts, sentences } = await explainStored(context, owner, event);
  if (json) await writeJson(input.io, eventDetailJson(event, attempts));
  else await printEvent(input.io, event, { attempts, sentences, zone: owner.timezone });
  return EXIT.success;
}
