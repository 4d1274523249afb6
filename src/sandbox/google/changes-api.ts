import { type ApiCall, booleanParameter, pageSizeOf } from './api-call.ts';
import type { ChangeEntry, ChangeLog } from './change-log.ts';
import { driveResource } from './drives-api.ts';
import { below } from './field-mask.ts';
import { fileResource } from './file-resource.ts';
import { includesAllDrives, requireMember } from './files-api.ts';
import { ApiError, forbidden, invalid, required } from './responses.ts';

type Resource = Readonly<Record<string, unknown>>;

/** Drive reference, changes.list: at most 1,000 a page. */
const PAGE_CHANGES_MAX = 1_000;
const PAGE_CHANGES_USUAL = 100;

/** The parts of a page token; `empties` counts the empty pages so far. */
interface Token {
  readonly position: number;
  readonly empties: number;
}

export function getStartPageToken(call: ApiCall): Resource {
  const startPageToken = String(logOf(call).end);
  return { kind: 'drive#startPageToken', startPageToken };
}

export function listChanges(call: ApiCall): Resource {
  const size = pageSizeOf(call, { usual: PAGE_CHANGES_USUAL, max: PAGE_CHANGES_MAX });
  const includesDrives = includesAllDrives(call);
  if (call.query.has('driveId') && !includesDrives)
    throw invalid('includeItemsFromAllDrives', 'It must be true with driveId.');
  const log = logOf(call);
  const { position, empties } = readToken(call, log);
  const kind = 'drive#changeList';
  if (call.state.changes.takeEmptyPage())
    return { kind, changes: [], nextPageToken: `${position}.${empties + 1}` };
  const { entries, next, isEnd } = log.slice(position, size);
  const changes = entries.flatMap((entry) => changeResource(call, entry, includesDrives) ?? []);
  return { kind, changes, [isEnd ? 'newStartPageToken' : 'nextPageToken']: String(next) };
}

function logOf(call: ApiCall): ChangeLog {
  const driveId = call.query.get('driveId');
  if (driveId === null) return call.state.changes.of(call.user);
  if (!booleanParameter(call, 'supportsAllDrives'))
    throw forbidden('teamDrivesNotSupported', 'supportsAllDrives must be true with driveId.');
  requireMember(call, driveId);
  return call.state.changes.of(driveId);
}

function readToken(call: ApiCall, log: ChangeLog): Token {
  const text = call.query.get('pageToken');
  if (text === null) throw required('pageToken');
  const [, position, empties = '0'] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const token = { position: Number(position ?? Number.NaN), empties: Number(empties) };
  const lost = log.lostAt(token.position);
  if (lost !== undefined) throw lostToken(lost);
  if (!log.knows(token.position)) throw invalid('pageToken');
  return token;
}

function lostToken(status: 403 | 404 | 410): ApiError {
  const reasons = { 403: 'pageTokenExpired', 404: 'notFound', 410: 'gone' } as const;
  return new ApiError({
    status,
    reason: reasons[status],
    message: 'The page token has expired.',
    location: 'pageToken',
    locationType: 'parameter',
  });
}

/** The current state of the item; undefined if this list does not show it. */
function changeResource(
  call: ApiCall,
  entry: ChangeEntry,
  includesDrives: boolean,
): Resource | undefined {
  const resource = entry.kind === 'drive' ? driveChange(call, entry) : fileChange(call, entry);
  const isHidden = !includesDrives && !entry.inMyDrive;
  const isDropped =
    resource['removed'] === true && !booleanParameter(call, 'includeRemoved', 'true');
  return isHidden || isDropped || !isOfMyDrive(call, entry) ? undefined : resource;
}

function driveChange({ state, user }: ApiCall, entry: ChangeEntry): Resource {
  const drive = state.items.drive(entry.id);
  const role = drive && state.access.roleOf(user, state.access.ofDrive(drive));
  return {
    kind: 'drive#change',
    type: 'drive',
    changeType: 'drive',
    time: new Date(entry.at).toISOString(),
    removed: role === undefined,
    driveId: entry.id,
    ...(drive && role ? { drive: driveResource(drive) } : {}),
  };
}

function fileChange(call: ApiCall, entry: ChangeEntry): Resource {
  const { state, user, query, fields } = call;
  const item = state.items.get(entry.id);
  const driveId = query.get('driveId');
  const isHere =
    item !== undefined &&
    (driveId === null || item.driveId === driveId) &&
    (item.driveId === undefined || booleanParameter(call, 'includeItemsFromAllDrives'));
  const fileFields = below(below(fields, 'changes'), 'file');
  const file = isHere ? fileResource(state, { item, user, fields: fileFields }) : undefined;
  return {
    kind: 'drive#change',
    type: 'file',
    changeType: 'file',
    time: new Date(entry.at).toISOString(),
    removed: file === undefined,
    fileId: entry.id,
    ...(file ? { file } : {}),
  };
}

/** restrictToMyDrive omits files that others own. */
function isOfMyDrive(call: ApiCall, entry: ChangeEntry): boolean {
  if (!booleanParameter(call, 'restrictToMyDrive')) return true;
  return entry.kind === 'file' && call.state.items.get(entry.id)?.owner === call.user;
}
