import { Migrator } from 'kysely/migration';
import { MIGRATIONS } from '../../migrations/index.ts';
import { DatabaseError } from '../lib/errors.ts';
import { isPostgres } from './is-postgres.ts';
import { POSTGRES_LIMITS } from './limits.ts';
import { FOREIGN_SCHEMA } from './postgres/failures.ts';
import { SCHEMA } from './postgres/session.ts';
import type { Database } from './schema.ts';
import { schemaExists } from './schema-exists.ts';
import { requireFinishedCopy } from './unfinished-copy.ts';
import { withoutTimeLimit } from './without-time-limit.ts';

/**
 * Migrates the database to the newest schema. All pending migrations run in one transaction, so that
 * two processes at once, or a kill in between, leave either the old schema or the new one. Throws
 * DatabaseError if a newer version wrote the database.
 */
export async function migrate(db: Database): Promise<void> {
  await requireFinishedCopy(db);
  await migrateUnfinishedCopy(db);
}

/** The same for `copy-database`, which an upgrade can have interrupted. */
export async function migrateUnfinishedCopy(db: Database): Promise<void> {
  if ((await compareSchema(db)) === 'current') return;
  await createSchema(db);
  // Another process that migrates is waited for, too.
  await withoutTimeLimit(db, async (connection) => {
    const { error } = await migratorOf(connection).migrateToLatest();
    if (error) throw error;
  });
}

/** Only PostgreSQL has schemas. */
async function createSchema(db: Database): Promise<void> {
  if (!isPostgres(db) || (await schemaExists(db, SCHEMA))) return;
  // Two processes can get here at once; the second one finds the schema of the first.
  await db.schema.createSchema(SCHEMA).ifNotExists().execute();
}

/** For read-only use: throws DatabaseError unless the schema is the newest. */
export async function requireCurrent(db: Database): Promise<void> {
  if ((await requireKnownSchema(db)) === 'earlier') {
    throw new DatabaseError('the database has the schema of an earlier version', {
      hint: 'Run `sharetrail sync` once: it migrates the database.',
    });
  }
}

/** Throws DatabaseError if a newer version wrote the database, or if it is an unfinished copy. */
export async function requireKnownSchema(db: Database): Promise<'current' | 'earlier'> {
  await requireFinishedCopy(db);
  return compareSchema(db);
}

async function compareSchema(db: Database): Promise<'current' | 'earlier'> {
  const applied = await appliedMigrations(db);
  refuseNewer(applied);
  return applied.length < Object.keys(MIGRATIONS).length ? 'earlier' : 'current';
}

/** False for a database that sharetrail has never migrated. Throws DatabaseError like `migrate`. */
export async function hasSchema(db: Database): Promise<boolean> {
  return (await appliedMigrations(db)).length > 0;
}

function migratorOf(db: Database): Migrator {
  const schema = schemaOf(db);
  return new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    // Without it, Kysely would find the migrations of another program in another schema.
    ...(schema !== undefined && { migrationTableSchema: schema }),
  });
}

function schemaOf(db: Database): string | undefined {
  return isPostgres(db) ? SCHEMA : undefined;
}

function refuseNewer(applied: readonly string[]): void {
  const unknown = applied.filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  throw new DatabaseError(
    `the database was written by a newer version of sharetrail (it has ${unknown.join(', ')})`,
    { hint: 'Install that version again, or restore a backup made with this version.' },
  );
}

/** Throws DatabaseError if the PostgreSQL schema has tables, and none of our migrations made them. */
async function appliedMigrations(db: Database): Promise<string[]> {
  const schema = schemaOf(db);
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const names = tables.filter((table) => table.schema === schema).map(({ name }) => name);
  const applied = names.includes('kysely_migration') ? await recordedMigrations(db) : [];
  if (schema !== undefined && applied.length === 0) refuseForeign(names);
  return applied;
}

async function recordedMigrations(db: Database): Promise<string[]> {
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}

/** Kysely's own tables are left by a first migration that was interrupted. */
function refuseForeign(tables: readonly string[]): void {
  const foreign = tables.filter((name) => !name.startsWith('kysely_migration'));
  if (foreign.length === 0) return;
  const [sentence, hint] = FOREIGN_SCHEMA;
  const named = foreign.slice(0, POSTGRES_LIMITS.tablesNamedMax).join(', ');
  throw new DatabaseError(`${sentence}: ${named}`, { hint });
}
