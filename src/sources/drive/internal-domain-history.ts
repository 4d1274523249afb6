import { readCursor } from '../../db/cursors.ts';
import type { SourcePage } from '../source.ts';
import type { AuditEntry } from './audit-entry.ts';
import { type DomainsPosition, formatPosition, parseDomainsPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { isInternalGrant } from './external-grantees.ts';
import { INTERNAL_DOMAINS_STREAM } from './stream-names.ts';

/** The former internal domains. A grantee who is external only since a domain's removal is no news. */
export interface DomainHistory {
  /** epoch milliseconds: the latest removal of an internal domain; undefined: none yet */
  readonly changedAt: number | undefined;
  /** domains that were removed after `at` (epoch milliseconds; undefined: at any time) */
  formerSince(at: number | undefined): readonly string[];
  /** True if the entry's grantee was internal at the entry's time. */
  wasInternal(entry: AuditEntry): boolean;
  /** the page that stores the history; undefined if nothing changed */
  readonly page: SourcePage | undefined;
}

/** `now`: epoch milliseconds. */
export async function readDomainHistory(
  { db, tenant }: DriveStore,
  domains: readonly string[],
  now: number,
): Promise<DomainHistory> {
  const stored = await readCursor(db, { tenant, stream: INTERNAL_DOMAINS_STREAM });
  const before = stored === undefined ? undefined : parseDomainsPosition(stored);
  const after = positionAfter(before, domains, now);
  const { former } = after;
  const position = formatPosition(after);
  const formerSince = (at = 0) =>
    former.filter(({ until }) => until > at).map(({ domain }) => domain);
  return {
    changedAt: former.length === 0 ? undefined : Math.max(...former.map(({ until }) => until)),
    formerSince,
    wasInternal: ({ grant, at }) => isInternalGrant(grant, formerSince(at)),
    page:
      position === stored ? undefined : { shares: [], stream: INTERNAL_DOMAINS_STREAM, position },
  };
}

function positionAfter(
  before: DomainsPosition | undefined,
  domains: readonly string[],
  now: number,
): DomainsPosition {
  const current = [...domains].sort();
  const removed = (before?.domains ?? []).filter((domain) => !current.includes(domain));
  const former = [
    ...(before?.former ?? []).filter(
      ({ domain }) => !current.includes(domain) && !removed.includes(domain),
    ),
    ...removed.map((domain) => ({ domain, until: now })),
  ];
  return { domains: current, former };
}
