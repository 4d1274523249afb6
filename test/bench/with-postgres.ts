import { prepareTemplate } from '../support/postgres/databases.ts';
import type { PostgresServer } from '../support/postgres/server.ts';
import { startServer } from '../support/postgres/start-server.ts';

/** Runs `work` with a PostgreSQL server of its own, which does not synchronize its files. */
export async function withPostgres<T>(work: (server: PostgresServer) => Promise<T>): Promise<T> {
  const { server, stop } = await startServer();
  try {
    await prepareTemplate(server);
    return await work(server);
  } finally {
    await stop();
  }
}
