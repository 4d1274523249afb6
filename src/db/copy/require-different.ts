import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { isPostgresUrl, parsePostgresUrl } from '../../lib/postgres-url.ts';
import { sqliteFile } from '../open.ts';
import { placeOf } from '../postgres/pool.ts';

/** Throws UserError if both addresses lead to the same database. */
export function requireDifferent({ from, to }: { readonly from: string; readonly to: string }) {
  if (identityOf(from) !== identityOf(to)) return;
  throw new UserError('FROM and TO are the same database', {
    hint: 'Name the database that you use as FROM, and a new one as TO.',
  });
}

/** A server with two names has two identities: then TO is refused because it is not empty. */
function identityOf(database: string): string {
  if (!isPostgresUrl(database)) {
    const path = resolve(sqliteFile(database));
    return existsSync(path) ? realpathSync(path) : path;
  }
  const parsed = parsePostgresUrl(database);
  if ('problem' in parsed) throw new UserError(parsed.problem);
  return placeOf(parsed.address);
}
