import type { AuditEntry } from './audit-entry.ts';
import type { Grant } from './grant.ts';
import type { GrantHistory } from './grant-history.ts';
import { DRIVE_LIMITS } from './limits.ts';
import type { LoadedGrants } from './loaded-grants.ts';

/**
 * Google can log a grant under another address of the person than the permission has, such as an
 * alias. Both have the same role, if the log names it, and the same time, and the permission of the
 * logged address never appears: then the two are one grant.
 */

/**
 * The logged grants of an item that the change log entry from `at` (epoch milliseconds) does not
 * show, by role. Those that a permission explains are removed from it.
 */
export class LoggedElsewhere {
  readonly #grants: Grant[];

  constructor(
    histories: ReadonlyMap<string, GrantHistory>,
    seen: { readonly at: number; readonly keys: ReadonlySet<string> },
  ) {
    this.#grants = [...histories]
      .filter(([key]) => !seen.keys.has(key))
      .flatMap(([, { latest }]) => latest ?? [])
      .filter((grant) => isOpenPerson(grant) && grant.eventId !== undefined)
      .filter(({ grantedAt = 0 }) => isSameMoment({ logged: grantedAt, seen: seen.at }));
  }

  /** Takes the logged grant that is the same as the one that a permission shows. */
  take({ kind, role }: Pick<Grant, 'kind' | 'role'>): Grant | undefined {
    if (!isPerson(kind)) return undefined;
    const index = this.#grants.findIndex((grant) => canBeSameRole(grant.role, role));
    return index < 0 ? undefined : this.#grants.splice(index, 1)[0];
  }
}

/**
 * For each entry that is a new grant to an address that no permission has: the waiting grant on the
 * same item that it explains.
 */
export function waitingUnderOtherAddress(
  newGrants: ReadonlyMap<AuditEntry, Grant>,
  { grants, awaiting }: { readonly grants: LoadedGrants; readonly awaiting: ReadonlySet<string> },
): Map<AuditEntry, Grant> {
  const found = new Map<AuditEntry, Grant>();
  const taken = new Set<Grant>();
  for (const [entry, grant] of newGrants) {
    const { grants: ofGrantee } = grants.history(entry.itemId, entry.grant.key);
    if (!isOpenPerson(grant) || grant.seenBy !== 'audit-log' || ofGrantee.length > 1) continue;
    const waiting = [...grants.histories(entry.itemId).values()]
      .flatMap(({ latest }) => latest ?? [])
      .find(
        (other) =>
          !taken.has(other) &&
          awaiting.has(other.eventId ?? '') &&
          isPerson(other.kind) &&
          canBeSameRole(other.role, grant.role) &&
          other.revokedAt === undefined &&
          isSameMoment({ logged: entry.at, seen: other.seenAt }),
      );
    if (waiting === undefined) continue;
    taken.add(waiting);
    found.set(entry, waiting);
  }
  return found;
}

/** The audit log does not always name the role of a shared drive's new member. */
function canBeSameRole(one: string, other: string): boolean {
  return one === other || one === '' || other === '';
}

function isOpenPerson({ kind, revokedAt, grantedAt }: Grant): boolean {
  return (
    (kind === 'user' || kind === 'forgotten') && revokedAt === undefined && grantedAt !== undefined
  );
}

function isPerson(kind: Grant['kind']): boolean {
  return kind !== 'anyone' && kind !== 'domain';
}

/** A grant that is logged after the permission was read is another one. */
function isSameMoment({ logged, seen }: { readonly logged: number; readonly seen: number }) {
  const afterMs = seen - logged;
  return afterMs <= DRIVE_LIMITS.changeLagMs && afterMs >= -DRIVE_LIMITS.clockSkewMs;
}
