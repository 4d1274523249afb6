import type { OrgIdentity } from '../db/bindings.ts';
import { knownEvents } from '../outbox/known-events.ts';
import { plainEventId } from '../share/event-id.ts';
import type { Source, SourcePage } from '../sources/source.ts';
import type { ReadContext } from './reading-context.ts';

/** The Id that the events of a sandbox org carry: a full copy has the Ids of production. */
export function sandboxIdOf(org: OrgIdentity | undefined): { readonly sandboxOrgId?: string } {
  return org?.isSandbox ? { sandboxOrgId: org.orgId } : {};
}

/** Shares that an earlier version stored under an id without the org's Id keep that id. */
export function withStoredIds(
  source: Source,
  org: OrgIdentity | undefined,
  { db, tenant }: Pick<ReadContext, 'db' | 'tenant'>,
): Source {
  if (!org?.isSandbox || !org.hasPlainEventIds) return source;
  const keepIds = async (page: SourcePage): Promise<SourcePage> => {
    const plainIds = page.shares.map(({ eventId }) => plainEventId(eventId, org.orgId));
    const known = await knownEvents(db, tenant.tenant, plainIds);
    return {
      ...page,
      shares: page.shares.map((share) => {
        const plainId = plainEventId(share.eventId, org.orgId);
        return known.has(plainId) ? { ...share, eventId: plainId } : share;
      }),
    };
  };
  return {
    ...source,
    pull: async function* (position) {
      for await (const page of source.pull(position)) yield keepIds(page);
    },
  };
}
