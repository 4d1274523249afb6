import type { Cursor } from '../../db/cursors.ts';
import { countOf, listOf, numberText } from '../../lib/format.ts';
import type { ChangeLogsRead, ReadPositions } from '../../operator/sync-cursors.ts';
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
export function cursorLines({ streams, changeLogs }: ReadPositions, at: TimeOf): string[] {
  const shown = streams.filter(({ stream }) => !FACTS.has(stream));
  const lines = shown.map((cursor) => cursorLine(cursor, at));
  return changeLogs === undefined ? lines : [...lines, changeLogsLine(changeLogs, at)];
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

function changeLogsLine({ count, listingFiles, oldestReadAt }: ChangeLogsRead, at: TimeOf): string {
  const parts = [
    countOf(count, 'change log'),
    ...(listingFiles > 0 ? [`${numberText(listingFiles)} being read in full`] : []),
    `oldest read at ${at(oldestReadAt)}`,
  ];
  return `${CHANGE_LOGS}…  ${listOf(parts)}`;
}
