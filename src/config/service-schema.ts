import { isPostgresUrl, parsePostgresUrl } from '../lib/postgres-url.ts';
import { isDomain, isLoopbackHost, isSafeUrl } from './addresses.ts';
import { isSecretKey } from './credential-checks.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { choice, flag, mapping, maskedText, number, secret, text } from './schema-fields.ts';

const SQLITE = /^sqlite:.+$/;
/**
 * As a path, each of these is another file: SQLAlchemy's form, SQLite's own URI with its parameters,
 * what a shell would expand or unquote, a Windows path, a folder, and a file of the database itself.
 */
const OTHER_FORM =
  /^sqlite:(?:\/\/|~|file:|:memory:|.*[?$\\'"`*]|\s|(?:.*\/)?\.{0,2}$|.*-(?:wal|shm|journal)$)/i;

export const databaseField = text({
  expected: '`sqlite:PATH` or `postgres://…`',
  description:
    'The database that stores everything. A path is relative to the working directory. ' +
    '`postgres://USER:PASSWORD@HOST:PORT/DATABASE` is a database on a PostgreSQL server, version 14 ' +
    'or later; the password can be a reference. `?sslmode=` is `verify-full` (the default), ' +
    '`verify-ca`, `require`, or `disable` (the default on loopback); `sslrootcert=FILE` names the ' +
    'certificate of its authority.',
  check: (value) => SQLITE.test(value) || isPostgresUrl(value),
  hidden: true,
})
  .refine((value) => !OTHER_FORM.test(value), {
    error:
      'expected the path of a file directly after `sqlite:`, without //, ~, file:, spaces before ' +
      'it, parameters, quotes, variables or backslashes ' +
      '(sqlite:./data/sharetrail.db, or sqlite:/var/lib/sharetrail.db)',
  })
  .refine((value) => postgresProblem(value) === undefined, {
    error: ({ input }) => postgresProblem(String(input)),
  });

function postgresProblem(value: string): string | undefined {
  if (!isPostgresUrl(value)) return undefined;
  const parsed = parsePostgresUrl(value);
  return 'problem' in parsed ? parsed.problem : undefined;
}

const http = mapping(
  {
    host: text({
      expected: 'a host name or an IP address',
      description: 'Address to listen on. An address other than loopback requires `token`.',
      check: isHost,
    }).default('127.0.0.1'),
    port: number({
      kind: 'whole number',
      min: 1,
      max: CONFIG_LIMITS.portMax,
      description: 'Port to listen on.',
    }),
    token: maskedText({
      expected: 'a token without spaces',
      description: 'A request must carry it to see the operator page.',
      check: (value) => /^[\x21-\x7e]+$/.test(value),
    }).exactOptional(),
  },
  'The operator page, which `sharetrail start` and `sharetrail worker` serve. Off unless set.',
);

const log = mapping(
  {
    level: choice(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'The least severe level that is written.',
    ).default('info'),
  },
  'Logs and progress on standard error.',
);

const alerts = mapping(
  {
    webhook: secret({
      expected: 'an https URL',
      description:
        'Receives a JSON POST with a `text` field, which chat tools display. sharetrail sends it when ' +
        'a run failed or was partial, and when a scheduled tenant has had no successful run for two ' +
        'of its periods.',
      check: (value) => isSafeUrl(value, { query: 'allowed' }),
    }),
  },
  'Where sharetrail reports that something needs attention. Off unless set.',
);

const queue = mapping(
  {
    worker: flag(
      'Whether `sharetrail start` also executes runs. Otherwise it does so only while no ' +
        '`sharetrail worker` is alive.',
    ).default(false),
  },
  'The shared queue, which only a PostgreSQL database has.',
);

/** `sharetrail.yaml`, after its references are resolved. */
export const serviceSchema = mapping(
  {
    database: databaseField.default('sqlite:./data/sharetrail.db'),
    http: http.exactOptional(),
    log: log.prefault({}),
    tenantsAtOnce: number({
      kind: 'whole number',
      min: 1,
      max: CONFIG_LIMITS.tenantsAtOnceMax,
      description: 'Tenants that run at the same time.',
    }).default(4),
    retentionDays: number({
      kind: 'whole number',
      min: 1,
      max: CONFIG_LIMITS.retentionDaysMax,
      description:
        'Days after which sharetrail deletes the people and the body of a settled event. Its key ' +
        'stays.',
    }).default(180),
    queue: queue.exactOptional(),
    alerts: alerts.exactOptional(),
    secretKey: secret({
      expected: '32 bytes in base64, as `openssl rand -base64 32` prints them',
      description:
        'Encrypts the refresh tokens in the database. Needed only if a refresh token changes when ' +
        "it is used, as with Gong's flow `oauth`.",
      check: isSecretKey,
    }).exactOptional(),
  },
  'Settings for all tenants of this installation.',
);

function isHost(value: string): boolean {
  const v6 = /^\[?[0-9a-f:.]+\]?$/i.test(value) && value.includes(':');
  const v4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value);
  return v4 || v6 || isLoopbackHost(value) || isDomain(value) || /^[a-z0-9-]+$/i.test(value);
}
