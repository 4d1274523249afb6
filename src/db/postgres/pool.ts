import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { DatabaseError, messageOf } from '../../lib/errors.ts';
import type { PostgresAddress } from '../../lib/postgres-url.ts';
import { POSTGRES_LIMITS } from '../limits.ts';
import { prepareSession } from './session.ts';

export interface PoolOptions {
  readonly address: PostgresAddress;
  readonly access: 'write' | 'read';
}

/** Host, port, and database: what a message can show. */
export function placeOf({ host, port, database }: PostgresAddress): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${shown}:${port}/${database}`;
}

/**
 * A pool whose sessions are prepared, or fail with a DatabaseError that says why. Loads the driver,
 * which a process on SQLite never needs. Connects nothing yet.
 */
export async function createPool({ address, access }: PoolOptions): Promise<pg.Pool> {
  const { default: driver } = await import('pg');
  const settings = clientSettings(address, driver.types);
  class PatientClient extends driver.Client {
    constructor() {
      super({ ...settings, connectionTimeoutMillis: POSTGRES_LIMITS.connectMsMax });
    }
  }
  const connectAnother = async () => {
    const client = new PatientClient();
    await client.connect();
    return client;
  };
  const place = placeOf(address);
  const pool = new driver.Pool({
    ...settings,
    Client: PatientClient as typeof driver.Client,
    max: access === 'read' ? POSTGRES_LIMITS.readingConnectionsMax : POSTGRES_LIMITS.connectionsMax,
    // Also the wait for a connection that another part of this process uses.
    connectionTimeoutMillis: POSTGRES_LIMITS.freeConnectionMsMax,
    idleTimeoutMillis: POSTGRES_LIMITS.idleConnectionMs,
    onConnect: async (client) => {
      // The statement that is running reports it; without a listener, the process would end.
      client.on('error', () => {});
      await prepareSession(client, { access, place, connectAnother });
    },
  });
  // An idle connection broke: the pool has removed it, and makes another when it is needed.
  pool.on('error', () => {});
  return pool;
}

/** Everything is explicit: the driver would fill gaps from variables of libpq. */
export function clientSettings(address: PostgresAddress, types: typeof pg.types): pg.ClientConfig {
  const { host, port, user, password, database } = address;
  return {
    host,
    port,
    user,
    // Never asked for a password, the driver does not call it; libpq's password file is not read.
    password: () => password ?? '',
    database,
    ssl: sslOf(address),
    application_name: 'sharetrail',
    // A firewall or a failover can drop a connection silently.
    query_timeout: POSTGRES_LIMITS.answerMsMax,
    keepAlive: true,
    keepAliveInitialDelayMillis: POSTGRES_LIMITS.keepAliveMs,
    types: { getTypeParser: (id, format) => numberParser(id) ?? types.getTypeParser(id, format) },
  };
}

const BIGINT = 20;
const NUMERIC = 1700;

/** The driver returns both as text: counts and times fit into a number, as in SQLite. */
function numberParser(typeId: number): ((text: string) => number) | undefined {
  return typeId === BIGINT || typeId === NUMERIC ? (text) => Number(text) : undefined;
}

function sslOf({ host, sslMode, sslRootCertificate }: PostgresAddress): pg.ClientConfig['ssl'] {
  if (sslMode === 'disable') return false;
  if (sslMode === 'require') return { rejectUnauthorized: false };
  return {
    // Verifies a certificate for an IP address, too.
    host,
    ...(sslRootCertificate !== undefined && { ca: readCertificate(sslRootCertificate) }),
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DatabaseError(`the certificate in sslrootcert cannot be read: ${messageOf(error)}`, {
      hint: 'Correct sslrootcert in `database`. A relative path starts in the working directory.',
      cause: error,
    });
  }
}
