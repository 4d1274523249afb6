import { type DialectAdapter, PostgresAdapter } from 'kysely';

/** Only this folder asks: nothing above it knows which database is in use. */
export function isPostgres(db: { getExecutor(): { readonly adapter: DialectAdapter } }): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
