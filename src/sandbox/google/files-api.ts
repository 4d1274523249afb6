import {
  type ApiCall,
  booleanParameter,
  pageSizeOf,
  readPageToken,
  writePageToken,
} from './api-call.ts';
import { below } from './field-mask.ts';
import { type FileQuery, parseFileQuery } from './file-query.ts';
import { fileResource } from './file-resource.ts';
import { FOLDER_TYPE, type Item } from './items.ts';
import { forbidden, invalid, notFound } from './responses.ts';

type Resource = Readonly<Record<string, unknown>>;

/** Drive reference, files.list: at most 1,000 a page. */
const PAGE_FILES_MAX = 1_000;
const PAGE_FILES_USUAL = 100;
const CORPORA = new Set(['user', 'drive', 'allDrives']);
/** phases of a listing: first the stored files, then the computed ones */
const STORED = 0;
const COMPUTED = 1;

export function getFile(call: ApiCall): Resource {
  const { state, user, ids, fields } = call;
  const [id = ''] = ids;
  const item = state.items.get(id) ?? rootOfDrive(call, id);
  if (!item || (item.driveId !== undefined && !booleanParameter(call, 'supportsAllDrives')))
    throw notFound('File', id);
  const resource = fileResource(state, { item, user, fields });
  if (!resource) throw notFound('File', id);
  return resource;
}

/** The root folder of a shared drive has the drive's ID, and always the name "Drive". */
function rootOfDrive({ state }: ApiCall, id: string): Item | undefined {
  const drive = state.items.drive(id);
  return (
    drive && {
      id,
      mimeType: FOLDER_TYPE,
      createdAt: drive.createdAt,
      modifiedAt: drive.createdAt,
      hasLink: true,
      grants: new Map(),
      name: 'Drive',
      owner: undefined,
      driveId: id,
      parent: undefined,
      trashed: false,
      deleted: false,
    }
  );
}

export function listFiles(call: ApiCall): Resource {
  const { state, user, fields } = call;
  const size = pageSizeOf(call, { usual: PAGE_FILES_USUAL, max: PAGE_FILES_MAX });
  const query = parseFileQuery(call.query.get('q') ?? '');
  const isInScope = scopeOf(call);
  const files: Resource[] = [];
  let last: Candidate | undefined;
  for (const candidate of candidates(call, query)) {
    if (files.length === size && last)
      return page(files, writePageToken(call, [last.phase, last.position]));
    const { item } = candidate;
    if (!isInScope(item) || !query.tests.every((test) => test(item, { items: state.items, user })))
      continue;
    const resource = fileResource(state, { item, user, fields: below(fields, 'files') });
    if (!resource) continue;
    files.push(resource);
    last = candidate;
  }
  return page(files, undefined);
}

function page(files: readonly Resource[], nextPageToken: string | undefined): Resource {
  const next = nextPageToken === undefined ? {} : { nextPageToken };
  return { kind: 'drive#fileList', incompleteSearch: false, files, ...next };
}

interface Candidate {
  readonly phase: number;
  readonly position: number;
  readonly item: Item;
}

/** The files after the page token, in a stable order: the order of creation. */
function* candidates({ state, user, ...call }: ApiCall, query: FileQuery): Generator<Candidate> {
  const [phase = STORED, position = -1] = readPageToken({ state, user, ...call }) ?? [];
  const { stored, generated } = state.items;
  if (phase === STORED)
    for (let place = position + 1; place < stored.length; place += 1) {
      const item = stored[place];
      if (item) yield { phase: STORED, position: place, item };
    }
  // A computed file that was changed is stored, but keeps its place in the order.
  const range = generated?.filesOf(user);
  if (!generated || !range || call.query.get('corpora') === 'drive' || !query.ownedOnly) return;
  const from = phase === COMPUTED ? position + 1 : range.from;
  for (let place = from; place < range.until; place += 1) {
    const computed = generated.file(place);
    yield { phase: COMPUTED, position: place, item: state.items.get(computed.id) ?? computed };
  }
}

/** Selects the items of the corpora. Rejects combinations that Drive rejects. */
function scopeOf(call: ApiCall): (item: Item) => boolean {
  const { state, user, query } = call;
  const corpora = query.get('corpora') ?? 'user';
  if (!CORPORA.has(corpora)) throw invalid('corpora');
  const driveId = query.get('driveId') ?? undefined;
  const takesDrives = includesAllDrives(call);
  if ((corpora === 'drive') !== (driveId !== undefined))
    throw invalid('driveId', 'driveId must be specified with corpora=drive, and only with it.');
  if (corpora !== 'user' && !takesDrives)
    throw invalid('includeItemsFromAllDrives', `It must be true for corpora=${corpora}.`);
  if (driveId !== undefined) {
    requireMember(call, driveId);
    return (item) => item.driveId === driveId;
  }
  return (item) => {
    if (item.driveId !== undefined && !takesDrives) return false;
    // Link and domain grants open a file, but do not add it to anyone's list.
    return item.owner === user || state.access.audience(state.access.of(item)).has(user);
  };
}

/** Drive reference: includeItemsFromAllDrives needs supportsAllDrives. */
export function includesAllDrives(call: ApiCall): boolean {
  const takes = booleanParameter(call, 'includeItemsFromAllDrives');
  if (takes && !booleanParameter(call, 'supportsAllDrives'))
    throw forbidden('teamDrivesNotSupported', 'supportsAllDrives must be true as well.');
  return takes;
}

/** Administrators have no access here: only members see the items on a shared drive. */
export function requireMember({ state, user }: ApiCall, driveId: string): void {
  const drive = state.items.drive(driveId);
  const role = drive && state.access.roleOf(user, state.access.ofDrive(drive));
  if (role === undefined) throw notFound('Shared drive', driveId);
}
