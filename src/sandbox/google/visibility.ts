import { isExternalTo } from './audit-events.ts';
import type { Item } from './items.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** Reports reference, `visibility`: the widest way in which the item is currently shared. */
export function visibilityOf({ access }: WorkspaceState, item: Item): string {
  const grantees = access
    .of(item)
    .filter(({ grant }) => grant.role !== 'owner')
    .map(({ grant }) => grant.grantee);
  if (grantees.some(({ type }) => type === 'anyone')) return 'people_with_link';
  if (grantees.some(({ type }) => type === 'domain')) return 'people_within_domain_with_link';
  if (grantees.length === 0) return 'private';
  const isOutside = grantees.some((grantee) => isExternalTo(item, grantee));
  return isOutside ? 'shared_externally' : 'shared_internally';
}
