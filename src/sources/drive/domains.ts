import { readCursor } from '../../db/cursors.ts';
import type { SourcePage } from '../source.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { DriveRecord } from './drive-record.ts';
import { isInside } from './outsiders.ts';
import { type DomainsPosition, readDomainsPosition, writePosition } from './positions.ts';

const STREAM = 'drive/internal-domains';

/** What counts as inside now, and what did before: a change of it is nobody's act of sharing. */
export interface DomainHistory {
  /** epoch milliseconds: when a domain last ceased to be internal; undefined: never yet */
  readonly changedAt: number | undefined;
  /** domains that ceased to be internal after `at` (epoch milliseconds; undefined: at any time) */
  formerSince(at: number | undefined): readonly string[];
  /** True where the entry's grantee counted as inside at the entry's time. */
  wasInside(entry: AuditEntry): boolean;
  /** the page that keeps it; undefined where nothing changed */
  readonly page: SourcePage | undefined;
}

/** What counted as inside when Drive was last read; undefined: it never was. */
export async function keptDomains({
  db,
  tenant,
}: Pick<DriveRecord, 'db' | 'tenant'>): Promise<readonly string[] | undefined> {
  const kept = await readCursor(db, { tenant, stream: STREAM });
  return kept === undefined ? undefined : readDomainsPosition(kept).domains;
}

/** `now`: epoch milliseconds. */
export async function domainHistory(
  { db, tenant }: DriveRecord,
  domains: readonly string[],
  now: number,
): Promise<DomainHistory> {
  const kept = await readCursor(db, { tenant, stream: STREAM });
  const before = kept === undefined ? undefined : readDomainsPosition(kept);
  const position = positionAfter(before, domains, now);
  const { former } = position;
  const text = writePosition(position);
  return {
    changedAt: former.length === 0 ? undefined : Math.max(...former.map(({ until }) => until)),
    formerSince: (at = 0) => former.filter(({ until }) => until > at).map(({ domain }) => domain),
    wasInside: ({ grant, at }) =>
      isInside(
        grant,
        former.filter(({ until }) => until > at).map(({ domain }) => domain),
      ),
    page: text === kept ? undefined : { shares: [], stream: STREAM, position: text },
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
