import type { Cursor } from '../../db/cursors.ts';
import { countOf, listOf, numberText } from '../../lib/format.ts';
import {
  CHANGE_LOG_STREAM_PREFIX as CHANGE_LOGS,
  INTERNAL_DOMAINS_STREAM,
  UNREAD_DRIVES_STREAM,
  USERS_STREAM,
} from '../../sources/drive/stream-names.ts';

type TimeOf = (at: number) => string;

const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** The names of times in a position, if they are not the words of a reader. */
const LABELS: Readonly<Record<string, string>> = { mark: 'until', readAt: 'read at' };

/** Streams that are no position in anything. */
const FACTS: ReadonlySet<string> = new Set([
  INTERNAL_DOMAINS_STREAM,
  UNREAD_DRIVES_STREAM,
  USERS_STREAM,
]);

/** One line per stream; one line for all change logs, as each user and drive has its own. */
export function cursorLines(cursors: readonly Cursor[], at: TimeOf): string[] {
  const logs = cursors.filter(({ stream }) => stream.startsWith(CHANGE_LOGS));
  const others = cursors.filter(
    ({ stream }) => !stream.startsWith(CHANGE_LOGS) && !FACTS.has(stream),
  );
  return [...others.map((cursor) => cursorLine(cursor, at)), ...changeLogLines(logs, at)];
}

/** `salesforce/content-distributions  from …, until …, stored at …` */
function cursorLine({ stream, position, updatedAt }: Cursor, at: TimeOf): string {
  return `${stream}  ${listOf([...positionParts(position, at), `stored at ${at(updatedAt)}`])}`;
}

/** The times of a position. Its other parts are tokens, which only its source can read. */
function positionParts(position: string, at: TimeOf): string[] {
  return Object.entries(JSON.parse(position) as object)
    .filter(([, value]) => typeof value === 'string' && TIME.test(value))
    .map(([name, value]) => `${LABELS[name] ?? name} ${at(Date.parse(String(value)))}`);
}

function changeLogLines(logs: readonly Cursor[], at: TimeOf): string[] {
  if (logs.length === 0) return [];
  const oldest = Math.min(...logs.map(({ updatedAt }) => updatedAt));
  const rereading = logs.filter(({ position }) => 'sweep' in JSON.parse(position)).length;
  const parts = [
    countOf(logs.length, 'change log'),
    ...(rereading > 0 ? [`${numberText(rereading)} being read in full`] : []),
    `oldest read at ${at(oldest)}`,
  ];
  return [`${CHANGE_LOGS}…  ${listOf(parts)}`];
}
