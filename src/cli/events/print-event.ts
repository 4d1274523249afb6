import { timeText } from '../../lib/format.ts';
import { recipientsOf, sharerOf, stateText } from '../../operator/event-json.ts';
import type { Attempt, StoredEvent } from '../../outbox/outbox-event.ts';
import { escapeControlsBeyondAscii } from '../terminal/escape.ts';
import type { Io } from '../terminal/io.ts';
import { type Column, type Field, writeFields, writeTable } from '../terminal/table.ts';
import { writeHeading, writeParagraph, writeText } from '../terminal/write.ts';

/** Prints one event as text: the share, what happened to it and why, the attempts, the body. */
export async function printEvent(
  io: Io,
  event: StoredEvent,
  context: {
    readonly attempts: readonly Attempt[];
    /** those of `explain` */
    readonly sentences: readonly string[];
    readonly zone: string;
  },
): Promise<void> {
  const { attempts, sentences, zone } = context;
  await writeHeading(io, event.share.content.title || event.eventId);
  await writeFields(io, fieldsOf(event, zone));
  await startSection(io, 'What happened');
  for (const sentence of sentences) await writeParagraph(io, sentence);
  await writeAttempts(io, attempts, zone);
  if (!event.body) return;
  await startSection(io, 'Body');
  await writeText(io, escapeControlsBeyondAscii(JSON.stringify(event.body, undefined, 2)));
}

function fieldsOf(event: StoredEvent, zone: string): Field[] {
  const heldUntil = event.state === 'held' ? event.notBefore : undefined;
  return [
    ['event', event.eventId],
    ['tenant', event.tenant],
    ['state', stateText(event)],
    ...(heldUntil === undefined ? [] : [['held until', timeText(heldUntil, zone)] as const]),
    ...(event.erasedAt === undefined
      ? []
      : [['erased', `${timeText(event.erasedAt, zone)} (retentionDays or forget)`] as const]),
    ['shared', `${timeText(event.sharedAt, zone)} (${zone}), seen in ${seenIn(event)}`],
    ['from', sharerOf(event)],
    ['to', recipientsOf(event).join(', ')],
    ['link', event.share.content.url],
    ['details', event.share.content.infoUrl],
    ['Gong request', event.requestId],
    ...event.errors.map((error) => ['error', error] as const),
  ];
}

/** Only the audit log knows who shared a file and when; the change log names the owner instead. */
function seenIn({ source, share }: StoredEvent): string {
  switch (share.drive?.detector) {
    case 'audit-log':
      return `${source} (audit log)`;
    case 'changes':
      return `${source} (only in the change log)`;
    default:
      return source;
  }
}

async function writeAttempts(io: Io, attempts: readonly Attempt[], zone: string): Promise<void> {
  if (attempts.length === 0) return;
  await startSection(io, 'Attempts');
  const columns: Column<Attempt>[] = [
    { title: 'at', value: ({ at }) => timeText(at, zone) },
    { title: 'status', value: ({ status }) => status?.toString(), align: 'right' },
    { title: 'outcome', value: ({ outcome }) => outcome },
    { title: 'request', value: ({ requestId }) => requestId },
    { title: 'response', value: ({ errors }) => errors.join('; '), shrinks: true },
  ];
  await writeTable(io, columns, attempts);
}

async function startSection(io: Io, title: string): Promise<void> {
  await io.out('\n');
  await writeHeading(io, title);
}
