import { isPostgresUrl, parsePostgresUrl } from '../lib/postgres-url.ts';
import { sqliteFile } from './open.ts';
import { placeOf } from './postgres/pool.ts';

/** Where a database is, for people: never with the user or the password. */
export type DatabasePlace =
  | { readonly kind: 'file'; readonly path: string }
  /** host, port, and database */
  | { readonly kind: 'server'; readonly place: string };

/** The place that a `database` setting names. Throws UserError if the setting is not valid. */
export function databasePlace(database: string): DatabasePlace {
  if (!isPostgresUrl(database)) return { kind: 'file', path: sqliteFile(database) };
  const parsed = parsePostgresUrl(database);
  return { kind: 'server', place: 'address' in parsed ? placeOf(parsed.address) : 'PostgreSQL' };
}
