import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open.ts';
import type { PostgresServer } from './server.ts';

/** A database with the newest schema, of which each test gets a copy. */
const TEMPLATE = 'sharetrail_template';

/** The `database` setting of a database of the server. */
export function urlOf(server: PostgresServer, name: string): string {
  const { host, port, user, password } = server;
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${name}`;
}

/** Runs statements as the administrator, outside of every test database. */
export async function administer<Row extends object>(
  server: PostgresServer,
  sql: string,
  database = 'postgres',
): Promise<Row[]> {
  const client = new pg.Client({ ...server, database });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function prepareTemplate(server: PostgresServer): Promise<void> {
  await administer(server, `create database ${TEMPLATE}`);
  const db = openDatabase({ database: urlOf(server, TEMPLATE), access: 'write' });
  await migrate(db);
  await db.destroy();
}

export interface FreshDatabase {
  readonly name: string;
  /** the `database` setting */
  readonly url: string;
  /** Closes its connections, and drops it. */
  drop(): Promise<void>;
}

/** A new database: `migrated` has the newest schema, `empty` has none. */
export async function createDatabase(
  server: PostgresServer,
  content: 'migrated' | 'empty',
): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = content === 'migrated' ? TEMPLATE : 'template1';
  // Several times faster than the default, which writes every page to the log.
  await administer(server, `create database ${name} template ${template} strategy file_copy`);
  return {
    name,
    url: urlOf(server, name),
    drop: async () => {
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}
