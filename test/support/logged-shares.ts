import type { AuditEntry } from '../../src/sources/drive/audit-entry.ts';
import { LoadedGrants } from '../../src/sources/drive/loaded-grants.ts';
import { sharesFromAuditLog } from '../../src/sources/drive/shares-from-audit-log.ts';

/** The shares of one action in the audit log, in a database without grants. `names`: by address. */
export function loggedShares(
  entries: readonly [AuditEntry, ...AuditEntry[]],
  names: Readonly<Record<string, string>> = {},
) {
  return sharesFromAuditLog(
    { actions: [{ entries }], others: [] },
    {
      grants: new LoadedGrants([]),
      awaiting: new Map(),
      itemOf: () => undefined,
      isOfCreation: () => false,
      originalOf: () => undefined,
      loggedGrant: ({ itemId, at, grant }) => ({ itemId, at, grant, owner: 'user/1' }),
      nameOf: (email) => names[email],
      isExternal: () => true,
      wasInternal: () => false,
    },
  ).shares;
}
