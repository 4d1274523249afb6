import { isDomain, isLoopbackHost, isSafeUrl } from './addresses.ts';
import { isSecretKey } from './credential-checks.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { choice, mapping, maskedText, number, secret, text } from './schema-fields.ts';

const SQLITE = /^sqlite:.+$/;

export const databaseField = text({
  expected: '`sqlite:PATH` or `postgres://…`',
  description: 'Where everything is kept. A path is relative to the working directory.',
  check: (value) => SQLITE.test(value) || isPostgresUrl(value),
  hidden: true,
});

const http = mapping({
  host: text({
    expected: 'a host name or an IP address',
    description: 'Address to listen on. Any other than loopback needs `token`.',
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
    description: "What a request must bring to see the operator's page.",
    check: (value) => /^[\x21-\x7e]+$/.test(value),
  }).exactOptional(),
}).describe("The operator's page, served by `sharetrail start`; off unless given.");

const log = mapping({
  level: choice(
    ['debug', 'info', 'warn', 'error', 'silent'],
    'What is written to standard error, and all that is graver.',
  ).default('info'),
}).describe('The story on standard error.');

const alerts = mapping({
  webhook: secret({
    expected: 'an https URL',
    description:
      'Gets a JSON post with a `text`, as chat tools take it, when a run failed or was partial, ' +
      'and when a scheduled tenant has had no good run for two of its periods.',
    check: (value) => isSafeUrl(value, { query: 'allowed' }),
  }),
}).describe('Who is told when something needs a person; off unless given.');

/** `sharetrail.yaml`, after its references are resolved. */
export const serviceSchema = mapping({
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
    description: 'Days after which a settled event loses its people and body; its key stays.',
  }).default(180),
  alerts: alerts.exactOptional(),
  secretKey: secret({
    expected: '32 bytes in base64, as `openssl rand -base64 32` makes them',
    description:
      'Encrypts the refresh tokens that are kept in the database: 32 bytes in base64. Needed ' +
      'only where a refresh token changes with its use, as with flow `oauth` of Gong.',
    check: isSecretKey,
  }).exactOptional(),
}).describe('What holds for all tenants of this installation.');

function isPostgresUrl(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^postgres(?:ql)?:$/.test(url.protocol) && url.hostname !== '';
}

function isHost(value: string): boolean {
  const v6 = /^\[?[0-9a-f:.]+\]?$/i.test(value) && value.includes(':');
  const v4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value);
  return v4 || v6 || isLoopbackHost(value) || isDomain(value) || /^[a-z0-9-]+$/i.test(value);
}
