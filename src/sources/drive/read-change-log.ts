import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { File, Page } from '../../vendors/google/rows.ts';
import { FolderGrants } from './folder-grants.ts';
import { itemOfDrive, itemsOfChanges, itemsOfFiles, type Looking, type SeenItem } from './items.ts';
import type { StreamPosition, Sweep } from './positions.ts';
import type { Scope } from './scope.ts';
import type { OnFailure } from './stream-failures.ts';
import type { Stream } from './streams.ts';

/** What was read of a stream in one go, and where it stands once that is applied. */
export interface StatePage {
  /** a folder before what may have its grants from it */
  readonly items: readonly SeenItem[];
  readonly position: StreamPosition;
  /** the sweep that met the items; absent: the change log told of them */
  readonly sweep?: Sweep & { readonly isOver: boolean };
}

export interface StreamReading {
  readonly client: GoogleClient;
  readonly clock: Clock;
  readonly scope: Scope;
  /** epoch milliseconds: of a first reading, what is younger is compared */
  readonly start: number;
  /** sweep and compare, whatever the log says */
  readonly full: boolean;
  /** epoch milliseconds: when a domain last ceased to be internal */
  readonly domainsAt: number | undefined;
  readonly onFailure: OnFailure;
}

/**
 * As whom a stream is read. Of one who read it `before` nobody has asked whether he still may: an
 * item that is refused to him may be his own loss.
 */
interface Reader {
  readonly subject: string;
  readonly chosen: 'before' | 'now';
}

interface Pass {
  readonly reading: StreamReading;
  readonly stream: Stream;
  readonly reader: Reader;
  readonly folders: FolderGrants;
}

/** Times that a list of files may have to be begun anew before its stream is given up. */
const SWEEPS_MAX = 3;

/**
 * Reads a stream from `kept` on (undefined: for the first time), network only:
 * 1. first reading, or everything anew: take the start token, sweep, and read the log from the token;
 * 2. else read the log from where it was left;
 * 3. a lost token: sweep, compare, and read the log from a new one.
 *
 * What has to be kept is in each page's position. A drive is read as last time; where that member
 * is refused, the next goes on from where he came to. Throws what the client throws; NotFound stands
 * for the user or drive itself.
 */
export async function* readStream(
  reading: StreamReading,
  stream: Stream,
  kept: StreamPosition | undefined,
): AsyncGenerator<StatePage> {
  let position = kept;
  let refusal: unknown;
  for await (const reader of readersOf(reading, stream, kept)) {
    try {
      const folders = foldersOf(reading, reader);
      for await (const page of readAs({ reading, stream, reader, folders }, position)) {
        position = page.position;
        yield page;
      }
      return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** A user reads his own; a drive is read as last time, else as one of those who may write there. */
async function* readersOf(
  { scope }: StreamReading,
  stream: Stream,
  kept: StreamPosition | undefined,
): AsyncGenerator<Reader> {
  if (stream.kind === 'user') {
    yield { subject: stream.email, chosen: 'now' };
    return;
  }
  const as = kept?.as;
  if (as !== undefined && scope.mayStillRead(stream.driveId, as)) {
    yield { subject: as, chosen: 'before' };
  }
  for (const subject of await scope.readersOf(stream.driveId)) yield { subject, chosen: 'now' };
}

/** Somebody else may be answered. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof NotFound || (error instanceof GoogleError && error.concerns !== 'everyone')
  );
}

async function* readAs(
  pass: Pass,
  kept: StreamPosition | undefined,
): AsyncGenerator<StatePage, void> {
  const { full, domainsAt } = pass.reading;
  let position = kept ?? (await sweeping(pass, undefined, 'baseline'));
  if (position.sweep !== undefined) position = yield* sweepAll(pass, position);
  if ((domainsAt ?? 0) > (position.domainsAt ?? 0)) {
    position = yield* sweepAll(pass, await sweeping(pass, position, 'domains'));
  }
  if (full && kept !== undefined && kept.sweep?.kind !== 'compare') {
    position = yield* sweepAll(pass, await sweeping(pass, position, 'compare'));
  }
  if ((yield* readLog(pass, position)) === 'read') return;
  position = yield* sweepAll(pass, await sweeping(pass, position, 'compare'));
  if ((yield* readLog(pass, position)) === 'read') return;
  throw new RetryableError('Google does not know its own new place in the change log');
}

/** The position with which a sweep begins: the start token is taken before anything is listed. */
async function sweeping(
  { reading, stream, reader: { subject } }: Pass,
  before: StreamPosition | undefined,
  kind: Sweep['kind'],
): Promise<StreamPosition> {
  const { client, clock } = reading;
  const startedAt = clock.now();
  const driveId = stream.kind === 'drive' ? stream.driveId : undefined;
  // What the log has yet to tell stays to be read after grantees were noted.
  const isNoting = kind === 'domains' && before !== undefined;
  const token = isNoting ? before.token : await client.startPageToken(subject, driveId);
  const domainsAt = kind === 'compare' ? before?.domainsAt : reading.domainsAt;
  return {
    token,
    ...(isNoting && before.page !== undefined && { page: before.page }),
    ...(before?.domainsAt !== undefined && { domainsAt: before.domainsAt }),
    sweep: { kind, startedAt, ...(domainsAt !== undefined && { domainsAt }) },
  };
}

/** Lists everything from where the sweep stands; gives the position after it. */
async function* sweepAll(
  pass: Pass,
  position: StreamPosition,
): AsyncGenerator<StatePage, StreamPosition> {
  const { sweep: begun, ...rest } = position;
  if (begun === undefined) return position;
  const { page: _page, ...fromStart } = begun;
  for (let tries = 1; ; tries += 1) {
    try {
      return yield* sweepPages(pass, { ...rest, sweep: tries === 1 ? begun : fromStart });
    } catch (error) {
      // Begun anew, everything is met again and compared again: nothing is lost or doubled.
      if (!(error instanceof PageTokenLost) || tries === SWEEPS_MAX) throw error;
    }
  }
}

async function* sweepPages(
  pass: Pass,
  position: StreamPosition & { readonly sweep: Sweep },
): AsyncGenerator<StatePage, StreamPosition> {
  const { sweep: current, domainsAt: _before, ...rest } = position;
  const { domainsAt, startedAt } = current;
  const after = { ...rest, ...asOf(pass), ...(domainsAt !== undefined && { domainsAt }) };
  let members =
    current.page === undefined ? await itemOfDrive(lookingOf(pass), startedAt) : undefined;
  for await (const { items: files, nextPageToken } of fileItems(pass, current)) {
    const isOver = nextPageToken === undefined;
    yield {
      items: members === undefined ? files : [members, ...files],
      position: isOver
        ? after
        : { ...position, ...asOf(pass), sweep: { ...current, page: nextPageToken } },
      sweep: { ...current, isOver },
    };
    members = undefined;
  }
  return after;
}

interface ItemsPage {
  readonly items: readonly SeenItem[];
  readonly nextPageToken?: string;
}

/**
 * The pages of a sweep, as items. While one waits for its turn its files, ten times as large, are
 * not held: many streams wait with one.
 */
async function* fileItems(pass: Pass, sweep: Sweep): AsyncGenerator<ItemsPage> {
  const files = listFiles(pass, sweep.page);
  try {
    for (;;) {
      const page = await nextItems(pass, files, sweep);
      if (page === undefined) return;
      yield page;
    }
  } finally {
    await files.return(undefined);
  }
}

async function nextItems(
  pass: Pass,
  files: AsyncGenerator<Page<File>>,
  sweep: Sweep,
): Promise<ItemsPage | undefined> {
  const { done, value } = await files.next();
  if (done) return undefined;
  const { rows, nextPageToken } = value;
  const seen = await itemsOfFiles(lookingOf(pass), rows, sweep.startedAt);
  const { start } = pass.reading;
  // What is no news anyway needs no call.
  const items = await pass.folders.addTo(seen, (item) => isCompared(item, sweep, start));
  return { items, ...(nextPageToken !== undefined && { nextPageToken }) };
}

/** Whether a grant of the item that is not on record is news. */
function isCompared({ createdAt }: SeenItem, { kind }: Sweep, start: number): boolean {
  if (kind === 'baseline') return createdAt !== undefined && createdAt >= start;
  return kind === 'compare';
}

function listFiles({ reading, stream, reader }: Pass, page?: string): AsyncGenerator<Page<File>> {
  const { client } = reading;
  const { subject } = reader;
  return stream.kind === 'user'
    ? client.listOwnedFiles(subject, page)
    : client.listDriveFiles(subject, stream.driveId, page);
}

/** `lost`: Google does not know the position any more. */
async function* readLog(
  pass: Pass,
  position: StreamPosition,
): AsyncGenerator<StatePage, 'read' | 'lost'> {
  const { page: _page, ...fromToken } = position;
  const starts = position.page === undefined ? [position] : [position, fromToken];
  for (const start of starts) {
    try {
      yield* readLogPages(pass, start);
      return 'read';
    } catch (error) {
      if (!(error instanceof PageTokenLost)) throw error;
    }
  }
  return 'lost';
}

async function* readLogPages(pass: Pass, position: StreamPosition): AsyncGenerator<StatePage> {
  const { reading, stream, reader } = pass;
  const { page, ...rest } = position;
  const driveId = stream.kind === 'drive' ? stream.driveId : undefined;
  const changes = reading.client.listChanges(reader.subject, page ?? position.token, driveId);
  for await (const { rows, nextPageToken, newStartPageToken } of changes) {
    const seen = await itemsOfChanges(lookingOf(pass), rows);
    const items = await pass.folders.addTo(seen, () => true);
    // The token is replaced only once everything that follows from it is applied.
    const next: StreamPosition = {
      ...rest,
      ...asOf(pass),
      ...(newStartPageToken === undefined ? { page: nextPageToken } : { token: newStartPageToken }),
    };
    const isMoved = page !== undefined || nextPageToken !== undefined || next.token !== rest.token;
    if (items.length > 0 || isMoved || next.as !== position.as) yield { items, position: next };
  }
}

function lookingOf({ reading, stream, reader }: Pass): Looking {
  const { client, scope, clock, onFailure } = reading;
  const { subject, chosen } = reader;
  return {
    client,
    stream,
    subject,
    domains: scope.domains,
    now: clock.now(),
    onRefusedItem: (where, error) => {
      if (chosen === 'before') throw error;
      onFailure(where, error);
    },
  };
}

function foldersOf({ client, scope, clock }: StreamReading, { subject }: Reader): FolderGrants {
  return new FolderGrants({ client, subject, domains: scope.domains, now: clock.now() });
}

/** A drive is read next time as the same member: looking for one costs a call. */
function asOf({ stream, reader }: Pass): Pick<StreamPosition, 'as'> {
  return stream.kind === 'drive' ? { as: reader.subject } : {};
}
