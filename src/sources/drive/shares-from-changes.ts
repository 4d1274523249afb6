import { driveEventId } from '../../share/drive-id.ts';
import type { Share } from '../../share/share.ts';
import type { SourcePage } from '../source.ts';
import {
  compare,
  compareGone,
  type FreshGrant,
  type ItemState,
  noteBaseline,
} from './compare-grants.ts';
import type { DriveRecord } from './drive-record.ts';
import type { GrantBook } from './grant-book.ts';
import type { Grant } from './grant-history.ts';
import { endUnswept, loadGrants, saveGrants } from './grant-store.ts';
import type { SeenItem } from './items.ts';
import { isInside, type OutsideGrant } from './outsiders.ts';
import { writePosition } from './positions.ts';
import type { StatePage } from './read-change-log.ts';
import { shareOf } from './shares.ts';
import type { Stream } from './streams.ts';

export interface ChangeRules {
  /** epoch milliseconds: grants on files that were created since are no baseline */
  readonly start: number;
  /** domains that were internal until the configuration changed */
  readonly formerDomains: readonly string[];
  /** epoch milliseconds */
  readonly now: number;
  readonly awaitsAuditLog: boolean;
}

/** What a page of a stream means, given what is on record: new shares, and the record after it. */
export async function changePage(
  record: DriveRecord,
  read: { readonly stream: Stream; readonly page: StatePage },
  rules: ChangeRules,
): Promise<SourcePage> {
  const { db, tenant } = record;
  const { stream, page } = read;
  const book = await loadGrants(db, tenant, idsOf(page.items));
  const shares = fromTheTop(page.items).flatMap((item) => sharesIn(book, item, { ...read, rules }));
  const { changed } = book;
  const { sweep } = page;
  return {
    shares,
    stream: stream.name,
    position: writePosition(page.position),
    awaitsAuditLog: rules.awaitsAuditLog,
    alongside: async (trx) => {
      await saveGrants(trx, tenant, changed);
      if (sweep?.kind !== 'compare' || !sweep.isOver) return;
      await endUnswept(trx, { tenant, owner: stream.owner, startedAt: sweep.startedAt });
    },
  };
}

/** The items, and the folders that some of them may have their grants from. */
function idsOf(items: readonly SeenItem[]): string[] {
  return items.flatMap(({ facts, unclear, parents = [] }) =>
    unclear === undefined ? [facts.itemId] : [facts.itemId, ...parents],
  );
}

/** What is in a folder may have its grants from there: so the folder comes first, if it is here. */
function fromTheTop(items: readonly SeenItem[]): SeenItem[] {
  const byId = new Map(items.map((item) => [item.facts.itemId, item]));
  const ordered = new Set<SeenItem>();
  for (const item of items) {
    // Up to the highest folder that is here, then down; a circle of folders ends, too.
    const way = new Set<SeenItem>();
    for (let next: SeenItem | undefined = item; next && !ordered.has(next) && !way.has(next); ) {
      way.add(next);
      next = next.parents?.map((parent) => byId.get(parent)).find((parent) => parent !== undefined);
    }
    for (const each of [...way].reverse()) ordered.add(each);
  }
  return [...ordered];
}

interface Context {
  readonly stream: Stream;
  readonly page: StatePage;
  readonly rules: ChangeRules;
}

function sharesIn(book: GrantBook, item: SeenItem, context: Context): Share[] {
  const { stream, page, rules } = context;
  const { state, facts, at } = item;
  if (state === undefined) {
    compareGone(book, { itemId: facts.itemId, owner: stream.owner, at });
    return [];
  }
  const known = withInherited(book, item, state);
  const { now, formerDomains } = rules;
  const sweptAt = page.sweep?.kind === 'compare' ? page.sweep.startedAt : undefined;
  if (page.sweep?.kind === 'domains') {
    const own = known.own.filter((grant) => isInside(grant, formerDomains));
    noteBaseline(book, { ...known, own }, { unknown: 'baseline', now, sweptAt });
    return [];
  }
  const unknown = isBaseline(item, context) ? 'baseline' : 'report';
  const fresh = compare(book, known, { unknown, now, sweptAt });
  return fresh.length === 0 ? [] : [reported(item, fresh, context)];
}

/**
 * Where Google does not say that a grant is inherited, it is if the folder has it: the folder's
 * share is the share.
 */
function withInherited(
  book: GrantBook,
  { unclear, ofFolders, parents = [] }: SeenItem,
  state: ItemState,
): ItemState {
  if (unclear === undefined) return state;
  const isOfFolder = ({ key }: OutsideGrant) =>
    unclear.has(key) &&
    !stands(book.line(state.itemId, key).latest) &&
    (ofFolders?.has(key) ||
      parents.some((parent) => {
        const line = book.line(parent, key);
        return stands(line.latest) || stands(line.latestInherited);
      }));
  return {
    ...state,
    own: state.own.filter((grant) => !isOfFolder(grant)),
    inherited: [...(state.inherited ?? []), ...state.own.filter(isOfFolder)],
  };
}

function stands(grant: Grant | undefined): boolean {
  return grant !== undefined && grant.revokedAt === undefined;
}

/** What stood when a stream was first read, unless the file is younger than `start`. */
function isBaseline({ createdAt }: SeenItem, { page, rules }: Context): boolean {
  if (page.sweep?.kind !== 'baseline') return false;
  return createdAt === undefined || createdAt < rules.start;
}

function reported(item: SeenItem, fresh: readonly FreshGrant[], { page }: Context): Share {
  const { facts, holder, createdAt } = item;
  const isFirst = page.sweep?.kind === 'baseline';
  const grants = fresh.map(({ seen }): OutsideGrant => seen);
  const share = shareOf({
    detector: 'changes',
    item: facts,
    // Nothing says when it was given: not before the file was made.
    at: isFirst ? (createdAt ?? item.at) : item.at,
    actor: holder?.email ?? '',
    ...(holder?.name !== undefined && { actorName: holder.name }),
    grants,
  });
  const eventId = driveEventId(share.drive?.identity ?? '');
  for (const { grant } of fresh) grant.eventId = eventId;
  return share;
}
