import { sql } from 'kysely';
import type { Statement } from './schema.ts';
import { QUEUE_SCHEMA } from './schema-exists.ts';

/** The version of the tables that pg-boss needs: it migrates earlier ones when it starts. */
export const QUEUE_TABLES_VERSION = 46;

/**
 * Whether this role can use the shared queue.
 * - `no tables`: it can create neither the queue's schema nor tables in it
 * - `tables of others`: it cannot use, or not migrate, the tables that exist; `owners` have them
 */
export type QueueAccess =
  | { readonly kind: 'usable' }
  | { readonly kind: 'no tables' }
  | { readonly kind: 'tables of others'; readonly owners: readonly string[] };

/** For PostgreSQL. Changes nothing. Throws DatabaseError. */
export async function queueAccess(db: Statement): Promise<QueueAccess> {
  const { schema, mayEnter, mayCreate } = await schemaAccess(db);
  const tables = schema === null ? [] : await tableAccess(db, schema);
  if (!tables.some(({ name }) => name === 'version')) return ifAllowed(mayEnter && mayCreate);
  const mayChange = mayEnter && tables.every(({ mayChangeRows }) => mayChangeRows);
  if (mayChange && (await tablesVersion(db)) >= QUEUE_TABLES_VERSION) return ifAllowed(true);
  const others = tables.filter(({ isOwner }) => !isOwner).map(({ owner }) => owner);
  if (others.length === 0) return ifAllowed(mayChange && mayCreate);
  return { kind: 'tables of others', owners: [...new Set(others)].toSorted() };
}

function ifAllowed(isAllowed: boolean): QueueAccess {
  return { kind: isAllowed ? 'usable' : 'no tables' };
}

interface SchemaAccess {
  /** its ID; null: it does not exist */
  readonly schema: number | null;
  readonly mayEnter: boolean;
  /** the schema if it does not exist, otherwise tables in it */
  readonly mayCreate: boolean;
}

async function schemaAccess(db: Statement): Promise<SchemaAccess> {
  const { rows } = await sql<SchemaAccess>`
    select oid as "schema",
      has_schema_privilege(oid, 'usage') as "mayEnter",
      has_schema_privilege(oid, 'create') as "mayCreate"
    from pg_namespace where nspname = ${QUEUE_SCHEMA}
  `.execute(db);
  if (rows[0] !== undefined) return rows[0];
  const { rows: missing } = await sql<{ readonly mayCreate: boolean }>`
    select has_database_privilege(current_database(), 'create') as "mayCreate"
  `.execute(db);
  return { schema: null, mayEnter: true, mayCreate: missing[0]?.mayCreate === true };
}

interface TableAccess {
  readonly name: string;
  readonly owner: string;
  /** this role, or one whose privileges it has */
  readonly isOwner: boolean;
  readonly mayChangeRows: boolean;
}

/** From the catalog, which every role may read. */
async function tableAccess(db: Statement, schema: number): Promise<readonly TableAccess[]> {
  const { rows } = await sql<TableAccess>`
    select relname as name, pg_get_userbyid(relowner) as owner,
      pg_has_role(relowner, 'usage') as "isOwner",
      has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
        and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')
        as "mayChangeRows"
    from pg_class where relnamespace = ${schema} and relkind in ('r', 'p')
  `.execute(db);
  return rows;
}

async function tablesVersion(db: Statement): Promise<number> {
  const { rows } = await sql<{ readonly version: number }>`
    select version from ${sql.table(`${QUEUE_SCHEMA}.version`)}
  `.execute(db);
  return rows[0]?.version ?? 0;
}
