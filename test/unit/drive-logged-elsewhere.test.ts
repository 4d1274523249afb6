import { expect, test } from 'vitest';
import type { Grant } from '../../src/sources/drive/grant.ts';
import type { GrantHistory } from '../../src/sources/drive/grant-history.ts';
import { LoggedElsewhere } from '../../src/sources/drive/grants-under-other-address.ts';

const AT = Date.UTC(2026, 10, 1, 9);

/** What the audit log has about an alias, next to a permission of the primary address. */
function loggedWith(role: string): LoggedElsewhere {
  const latest = { kind: 'user', role, grantedAt: AT, eventId: 'drive:1' } as Partial<Grant>;
  const histories = new Map([['alias@globex.example', { latest } as GrantHistory]]);
  return new LoggedElsewhere(histories, { at: AT, keys: new Set(['ada@globex.example']) });
}

test.each([
  ['reader', 'reader', true],
  ['reader', 'writer', false],
  ['', 'fileOrganizer', true],
])(
  'a grant that is logged as "%s" elsewhere is a permission as "%s": %s',
  (logged, shown, same) => {
    const grant = loggedWith(logged).take({ kind: 'user', role: shown });
    expect(grant !== undefined).toBe(same);
  },
);
