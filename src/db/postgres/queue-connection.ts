import type { ClientConfig } from 'pg';
import { UserError } from '../../lib/errors.ts';
import { parsePostgresUrl } from '../../lib/postgres-url.ts';
import { explainPostgresFailure } from './failures.ts';
import { clientSettings, placeOf } from './pool.ts';

/** How another program in this process, the queue, connects to the same database. */
export interface QueueConnection {
  readonly settings: ClientConfig;
  /** Turns an error of the driver into a DatabaseError if the operator can fix it. */
  explain(error: unknown): unknown;
}

/** `database` is a `postgres://…` setting. Throws UserError for an invalid one. */
export async function queueConnection(database: string): Promise<QueueConnection> {
  const parsed = parsePostgresUrl(database);
  if ('problem' in parsed) throw new UserError(`\`database\`: ${parsed.problem}`);
  const { address } = parsed;
  const { default: driver } = await import('pg');
  // pg-boss reads numbers as the driver returns them.
  const { types: _, ...settings } = clientSettings(address, driver.types);
  return { settings, explain: (error) => explainPostgresFailure(error, placeOf(address)) };
}
