import { codeOf, DatabaseError, messageOf } from '../../lib/errors.ts';
import { POSTGRES_LIMITS } from '../limits.ts';

const RUN_AGAIN = 'Nothing was lost: what was committed is kept. Run again.';
const UNREACHABLE = [
  'the PostgreSQL server cannot be reached',
  'Check the host and port in `database`, that the server is running, and the network between.',
] as const;
const LOST = ['the connection to PostgreSQL was lost', RUN_AGAIN] as const;
const REFUSED = [
  'PostgreSQL refused the login',
  'Check the user and the password in `database` (with %-escapes for special characters), and ' +
    'pg_hba.conf on the server.',
] as const;
const CERTIFICATE = [
  "the PostgreSQL server's certificate could not be verified",
  'Set sslrootcert=FILE in `database` to the certificate of its authority. If the name differs, use ' +
    'the name in the certificate as the host.',
] as const;
const LOCKED = [
  'the database is locked by another process',
  'See pg_stat_activity and pg_locks on the server. Nothing was lost: run again.',
] as const;
/** Another program uses the name of our schema. */
export const FOREIGN_SCHEMA = [
  'the schema sharetrail has tables of another program',
  'Use another database, or rename that schema: sharetrail needs one of its own.',
] as const;

type Explanation = readonly [sentence: string, hint: string];

/**
 * By the beginning of an error's code: SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), a code of the system, or of
 * TLS. The first that matches counts.
 */
const FAILURES: readonly (readonly [codePrefix: string, ...Explanation])[] = [
  ['28', ...REFUSED],
  [
    '3D000',
    'the database does not exist on the PostgreSQL server',
    'Create it there (createdb NAME), or correct its name in `database`.',
  ],
  [
    '42501',
    'this PostgreSQL role lacks a privilege',
    'Let it create and own its schemas: grant create on database NAME to ROLE. Or create them for ' +
      'it: create schema sharetrail authorization ROLE, and for `start` and `worker` also: create ' +
      'schema pgboss authorization ROLE.',
  ],
  ['42P07', ...FOREIGN_SCHEMA],
  [
    '42P01',
    'a table of the schema sharetrail is missing',
    'Another program changed the schema. Restore the database from a backup.',
  ],
  ['25006', 'the PostgreSQL server is read-only', 'Connect to the primary server, not a standby.'],
  [
    '53300',
    'the PostgreSQL server has no free connection',
    'Raise max_connections, or run fewer processes: each uses up to ten connections, `start` and ' +
      '`worker` up to eight more.',
  ],
  [
    '53100',
    "the PostgreSQL server's disk is full",
    'Free some space and run again: what was committed is kept, and the rest is read again.',
  ],
  [
    '53',
    'the PostgreSQL server has run out of a resource',
    "See the server's log, then run again: what was committed is kept.",
  ],
  ['55P03', ...LOCKED],
  ['40P01', ...LOCKED],
  ['40001', ...LOCKED],
  [
    '57014',
    'a statement took too long on the PostgreSQL server',
    'Check its load (pg_stat_activity). Nothing was lost: run again.',
  ],
  ['57P', ...LOST],
  ['25P03', ...LOST],
  ['08P01', 'the server does not speak the protocol of PostgreSQL', UNREACHABLE[1]],
  ['08', ...LOST],
  [
    'XX',
    'the PostgreSQL server reports damaged data',
    "See the server's log. Restore the database from a backup if it is damaged.",
  ],
  ['ECONNRESET', ...LOST],
  ['EPIPE', ...LOST],
  ['ECONNREFUSED', ...UNREACHABLE],
  ['ENOTFOUND', ...UNREACHABLE],
  ['EAI_AGAIN', ...UNREACHABLE],
  ['EHOSTUNREACH', ...UNREACHABLE],
  ['ENETUNREACH', ...UNREACHABLE],
  ['ETIMEDOUT', ...UNREACHABLE],
  ['ERR_TLS_CERT', ...CERTIFICATE],
  ['SELF_SIGNED', ...CERTIFICATE],
  ['DEPTH_ZERO_SELF_SIGNED', ...CERTIFICATE],
  ['UNABLE_TO', ...CERTIFICATE],
  ['CERT_', ...CERTIFICATE],
];

/** Failures of the driver itself have only a text. */
const DRIVER_FAILURES: readonly (readonly [text: RegExp, ...Explanation])[] = [
  [/^Connection terminated due to connection timeout|^timeout expired/, ...UNREACHABLE],
  [
    /^timeout exceeded when trying to connect/,
    'all connections of this process to PostgreSQL are busy',
    RUN_AGAIN,
  ],
  [/^Connection terminated|^Client has encountered a connection error/, ...LOST],
  [/not queryable/, ...LOST],
  [/^Query read timeout/, ...LOST],
  [
    /does not support SSL/,
    'the PostgreSQL server offers no encryption',
    'Enable TLS on the server, or set sslmode=disable in `database` if the network is trusted.',
  ],
  [/^SASL|password must be a string/, ...REFUSED],
];

/**
 * Turns an error of the driver into a DatabaseError if the operator can fix it. Other errors (a
 * violated constraint, a wrong statement) are bugs and are returned unchanged. `place`: host, port,
 * and database, never the user or the password.
 */
export function explainPostgresFailure(error: unknown, place: string): unknown {
  if (error instanceof DatabaseError) return error;
  const code = codeOf(error) || codeOf(firstOf(error));
  const found = code === '' ? byText(error) : byCode(code);
  if (found === undefined) return error;
  const [sentence, hint] = found;
  const detail = code === '' ? '' : ` (${detailOf(error, code)})`;
  return new DatabaseError(`${sentence}: ${place}${detail}`, { hint, cause: error });
}

/** Of a missing privilege, the server names the object: a schema or a table. */
function detailOf(error: unknown, code: string): string {
  return code === '42501' ? `${code}: ${messageOf(error)}` : code;
}

/** A name with several addresses fails with the errors of all. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : undefined;
}

function byCode(code: string): Explanation | undefined {
  const known = FAILURES.find(([prefix]) => code.startsWith(prefix));
  return known && [known[1], known[2]];
}

function byText(error: unknown): Explanation | undefined {
  const text = messageOf(error);
  const known = DRIVER_FAILURES.find(([pattern]) => pattern.test(text));
  return known && [known[1], known[2]];
}

/** The error of the driver behind an explained one. */
function causeOf(error: unknown): unknown {
  return error instanceof DatabaseError ? error.cause : error;
}

/** True if PostgreSQL rolled a transaction back so that others could continue: repeat all of it. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(causeOf(error)));
}

/** True if the server itself said that it stops or starts: it is the right one, and comes back. */
export function isServerRestarting(error: unknown): boolean {
  return codeOf(causeOf(error)).startsWith('57P');
}

/** True if nothing listens at the address. */
export function isConnectionRefused(error: unknown): boolean {
  const cause = causeOf(error);
  return (codeOf(cause) || codeOf(firstOf(cause))) === 'ECONNREFUSED';
}

/**
 * The same failure, once the server was waited for in vain. It is not a lost connection anymore:
 * otherwise, code that repeats its work would wait as long again, several times.
 */
export function serverGivenUp(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { message, hint } = error;
  return new DatabaseError(message, { ...(hint !== undefined && { hint }), cause: error });
}

/** A stop was requested, and the server did not end a statement in time. No attempt follows. */
export function silentAfterStop(place: string): DatabaseError {
  const seconds = POSTGRES_LIMITS.answerAfterStopMsMax / 1_000;
  const problem = `stopped without waiting for PostgreSQL, which took more than ${seconds} s`;
  return new DatabaseError(`${problem}: ${place}`, { hint: RUN_AGAIN });
}

/** True if the connection broke, or could not be made for the moment: the server restarts. */
export function isConnectionLost(error: unknown): boolean {
  const cause = causeOf(error);
  const code = codeOf(cause) || codeOf(firstOf(cause));
  if (code === '') return byText(cause)?.[0] === LOST[0];
  return /^(?:57P|08(?!P01)|25P03|ECONNRESET|EPIPE|ECONNREFUSED)/.test(code);
}
