import type pg from 'pg';
import { DatabaseError } from '../../lib/errors.ts';
import { POSTGRES_LIMITS } from '../limits.ts';

/** Our own schema, so that tables of other programs with the same names do no harm. */
export const SCHEMA = 'sharetrail';

/** What is set in each session, and what is known about the server. */
const SET_UP = `
  select
    set_config('search_path', '${SCHEMA}', false),
    set_config('statement_timeout', '${POSTGRES_LIMITS.statementMsMax}', false),
    set_config('lock_timeout', '${POSTGRES_LIMITS.lockMsMax}', false),
    set_config('idle_in_transaction_session_timeout', '${POSTGRES_LIMITS.idleInTransactionMsMax}', false),
    set_config('default_transaction_read_only', $1, false),
    case when current_setting('synchronous_commit') in ('off', 'local')
      then set_config('synchronous_commit', 'on', false) end,
    current_setting('server_version_num')::integer as version,
    current_setting('server_encoding') as encoding,
    pg_backend_pid() as process
`;

interface Server {
  readonly version: number;
  readonly encoding: string;
  /** the server's process of this session */
  readonly process: number;
}

export interface SessionOptions {
  readonly access: 'write' | 'read';
  /** host, port, and database, for messages */
  readonly place: string;
  /** Connects another session to the same server. */
  readonly connectAnother: () => Promise<pg.Client>;
}

/**
 * Prepares a new session. Throws DatabaseError if the server is too old, stores text in another
 * encoding, or is behind a pooler that gives every transaction another session.
 */
export async function prepareSession(client: pg.ClientBase, options: SessionOptions) {
  const { rows } = await client.query<Server>(SET_UP, [options.access === 'read' ? 'on' : 'off']);
  const [server] = rows;
  if (server === undefined) throw new Error('the server did not describe itself');
  requireSupported(server, options.place);
  if (server.process !== (client as unknown as { processID: number }).processID) {
    await requireOwnSession(client, { ...options, process: server.process });
  }
}

function requireSupported({ version, encoding }: Server, place: string): void {
  const { versionMin } = POSTGRES_LIMITS;
  if (version < versionMin * VERSION_UNIT) {
    const found = Math.floor(version / VERSION_UNIT);
    throw new DatabaseError(`PostgreSQL ${found} is too old: ${place}`, {
      hint: `sharetrail needs version ${versionMin} or later. Upgrade the server, or use another one.`,
    });
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseError(`the database stores text as ${encoding}: ${place}`, {
      hint: "Create it with UTF-8: create database NAME encoding 'UTF8' template template0.",
    });
  }
}

/** `server_version_num` of 14.5 is 140005. */
const VERSION_UNIT = 10_000;

/**
 * A pooler between this client and the server reports a process of its own. In session mode, the
 * session is ours until we leave. In transaction mode, an idle client has none: while another client
 * has the session that we used last, we get a different one, or have to wait.
 */
async function requireOwnSession(
  client: pg.ClientBase,
  options: SessionOptions & { readonly process: number },
): Promise<void> {
  const other = await options.connectAnother();
  try {
    for (let round = 0; round < POSTGRES_LIMITS.poolerProbes; round += 1) {
      if (!(await answersInTime(other.query('begin')))) return;
      const found = await processOf(client);
      await other.query('rollback');
      if (found !== options.process) throw pooledByTransaction(options.place);
    }
  } finally {
    await other.end();
  }
}

/** Undefined if the pooler has no session for us now. */
async function processOf(client: pg.ClientBase): Promise<number | undefined> {
  const query = client.query<{ process: number }>('select pg_backend_pid() as process');
  return (await answersInTime(query)) ? (await query).rows[0]?.process : undefined;
}

async function answersInTime(query: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), POSTGRES_LIMITS.poolerAnswerMsMax);
  try {
    return await Promise.race([query.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function pooledByTransaction(place: string): DatabaseError {
  return new DatabaseError(`a connection pooler in transaction mode is in front of ${place}`, {
    hint:
      'sharetrail keeps settings in its sessions. Connect to PostgreSQL directly, or through a pool ' +
      'in session mode (PgBouncer: pool_mode = session).',
  });
}
