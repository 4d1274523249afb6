import { describe } from 'vitest';
import { makePrivateKey, TENANT_YAML } from '../support/config-folder.ts';
import { type ProblemCase, testProblems } from '../support/config-problem-cases.ts';

const DRIVE = `googleDrive:
  auth:
    flow: refresh-token
    clientId: id
    clientSecret: \${SF_SECRET}
    refreshToken: \${SF_SECRET}
`;

const SERVICE_ACCOUNT = `googleDrive:
  auth:
    flow: service-account
    key: \${GOOGLE_KEY}
    adminSubject: admin@acme.com
`;

const OWN_DOMAIN = "would count as internal; write the company's own domain, such as acme.com";
const MAIL_PROVIDER = `anyone can get an address at this mail provider, and ${OWN_DOMAIN}`;
const PUBLIC_SUFFIX = `anyone can register a domain under this public suffix, and ${OWN_DOMAIN}`;

const VALUES: readonly ProblemCase[] = [
  {
    name: 'a tenant has the name of its file',
    replace: 'tenant: acme',
    by: 'tenant: acne',
    problems: ['1:9 tenant: expected acme, the name of the file'],
  },
  {
    name: 'mail providers, public suffixes and invalid domains are rejected',
    replace: '[acme.com]',
    by: '[GMail.com, yahoo.co.uk, com, co.uk, "@acme.com", "https://acme.com", 10.0.0.1, 3]',
    problems: [
      `2:19 internalDomains[0]: ${MAIL_PROVIDER}; found "GMail.com"`,
      `2:30 internalDomains[1]: ${MAIL_PROVIDER}; found "yahoo.co.uk"`,
      '2:43 internalDomains[2]: expected a domain such as acme.com; found "com"',
      `2:48 internalDomains[3]: ${PUBLIC_SUFFIX}; found "co.uk"`,
      '2:55 internalDomains[4]: expected a domain such as acme.com; found "@acme.com"',
      '2:68 internalDomains[5]: expected a domain such as acme.com; found "https://acme.com"',
      '2:88 internalDomains[6]: expected a domain such as acme.com; found "10.0.0.1"',
      '2:98 internalDomains[7]: expected a domain such as acme.com; found the number 3: put it in quotes',
    ],
  },
  ...['com.kh', 'gov.in', 'myshopify.com', 'github.io', 'kawasaki.jp'].map((suffix) => ({
    name: `the public suffix ${suffix} is rejected`,
    replace: '[acme.com]',
    by: `[${suffix}]`,
    problems: [`2:19 internalDomains[0]: ${PUBLIC_SUFFIX}; found "${suffix}"`],
  })),
  {
    name: 'at least one domain is required',
    replace: '[acme.com]',
    by: '[]',
    problems: ['2:18 internalDomains: expected a list of at least one domain; found an empty list'],
  },
  ...['Amerika/New_York', '+02:00'].map((zone) => ({
    name: `${zone} is not an IANA timezone`,
    replace: '',
    by: `timezone: "${zone}"\n`,
    problems: [
      `14:11 timezone: expected an IANA timezone such as America/New_York; found "${zone}"`,
    ],
  })),
  ...['0 0 2 * * *', '@daily', '60 2 * * *', '0 2 * *', '0 0 31 2 *'].map((cron) => ({
    name: `${cron} is not a schedule`,
    replace: '',
    by: `schedule: "${cron}"\n`,
    problems: [
      '14:11 schedule: expected a cron expression of five fields such as "0 2 * * *"; ' +
        `found "${cron}"`,
    ],
  })),
  ...[
    ['5-1 2 * * *', '5-59,0-1 instead of the range 5-1, which runs backward'],
    ['0 2 * * fri-mon', 'fri-sat,sun-mon instead of the range fri-mon, which runs backward'],
    ['*/90 2 * * *', 'a step of at most 60 in */90, which matches only its first value'],
  ].map(([cron, expected]) => ({
    name: `${cron} is not a schedule either`,
    replace: '',
    by: `schedule: "${cron}"\n`,
    problems: [`14:11 schedule: expected ${expected}; found "${cron}"`],
  })),
  ...[
    '2026-11-31',
    '2026-1-1',
    '2026-11-01 00:00',
    '2026-11-01T00:00:00',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    'yesterday',
  ].map((time) => ({
    name: `${time} is not a start time`,
    replace: '',
    by: `start: ${time}\n`,
    problems: [
      '14:8 start: expected a date such as 2026-11-01, or an ISO-8601 time with its offset such as ' +
        `2026-11-01T00:00:00Z; found "${time}"`,
    ],
  })),
  ...[
    'http://acme.my.salesforce.com',
    'http://127.0.0.1.evil.com',
    'https://hunter2@acme.my.salesforce.com',
    'https://:hunter2@acme.my.salesforce.com',
    'https://acme.my.salesforce.com/?token=hunter2',
    'https://acme.my.salesforce.com/#x',
    'ftp://acme.my.salesforce.com',
    'acme.my.salesforce.com',
  ].map((url) => ({
    name: `${url} is not a safe URL, and the message does not show it`,
    replace: 'https://acme.my.salesforce.com',
    by: url,
    problems: [
      '4:13 salesforce.loginUrl: expected an https URL such as https://acme.my.salesforce.com, ' +
        'without user, password, query or fragment',
    ],
  })),
  {
    name: 'a Lightning domain does not accept logins',
    replace: 'https://acme.my.salesforce.com',
    by: 'https://acme.lightning.force.com',
    problems: ['4:13 salesforce.loginUrl: logins go to the My Domain: https://….my.salesforce.com'],
  },
  {
    name: 'flow client-credentials requires the My Domain',
    replace: 'https://acme.my.salesforce.com',
    by: 'https://login.salesforce.com',
    problems: [
      '4:13 salesforce.loginUrl: flow client-credentials needs the My Domain: ' +
        'https://….my.salesforce.com',
    ],
  },
  {
    name: 'ignoreCreatedBy lists user IDs or usernames',
    replace: '  auth:\n    flow: client',
    by: '  ignoreCreatedBy: [005000000000001, Data Loader]\n  auth:\n    flow: client',
    problems: [
      '5:21 salesforce.ignoreCreatedBy[0]: expected a Salesforce user ID or username; found the number 5000000000001: put it in quotes',
      '5:38 salesforce.ignoreCreatedBy[1]: expected a Salesforce user ID or username; ' +
        'found "Data Loader"',
    ],
  },
  {
    name: 'flow oauth of Gong requires secretKey',
    replace: TENANT_YAML.slice(TENANT_YAML.indexOf('    flow: access-key')),
    by: [
      '    flow: oauth',
      '    clientId: id',
      '    clientSecret: ${GONG_SECRET}',
      '    refreshToken: ${GONG_KEY}',
      '',
    ].join('\n'),
    problems: [
      '11:11 gong.auth.flow: flow oauth needs secretKey in sharetrail.yaml: it encrypts the ' +
        'stored tokens',
    ],
  },
];

const GOOGLE: readonly ProblemCase[] = [
  {
    name: 'users is all, or a list of email addresses',
    replace: '',
    by: `${SERVICE_ACCOUNT}  users: [jo@acme.com, jo]\n  sharedDrives: some\n`,
    problems: [
      '19:24 googleDrive.users[1]: expected an email address; found "jo"',
      '20:17 googleDrive.sharedDrives: expected all, none, or a list of {id, as}; found "some"',
    ],
  },
  {
    name: 'a shared drive names the member to read it as',
    replace: '',
    by: `${SERVICE_ACCOUNT}  sharedDrives:\n    - id: 0AHx\n      member: jo@acme.com\n`,
    problems: [
      '20:7 googleDrive.sharedDrives[0].as: missing; expected an email address',
      '21:7 googleDrive.sharedDrives[0].member: unknown key',
    ],
  },
  {
    name: 'an empty list is an error',
    replace: '',
    by: `${SERVICE_ACCOUNT}  users: []\n  detect: []\n`,
    problems: [
      '19:10 googleDrive.users: expected a list of email addresses; found an empty list',
      '20:11 googleDrive.detect: expected a list of audit-log, changes, or both; ' +
        'found an empty list',
    ],
  },
  {
    name: "one user's token cannot read the audit log, shared drives or other users",
    replace: '',
    by: `${DRIVE}  users: [a@acme.com, b@acme.com]\n  sharedDrives: all\n  detect: [changes, audit-log]\n`,
    problems: [
      '20:10 googleDrive.users: flow refresh-token reads only the user who granted it: ' +
        'remove the key',
      '21:17 googleDrive.sharedDrives: flow refresh-token cannot read shared drives: use none, ' +
        'or remove the key',
      '22:21 googleDrive.detect[1]: flow refresh-token cannot read the audit log: use [changes]',
    ],
  },
  ...[
    'no json',
    '[]',
    '{"client_email":"x@y.iam.gserviceaccount.com"}',
    '{"client_email":"x@y.iam.gserviceaccount.com","private_key":"hunter2"}',
    JSON.stringify({ client_email: 'x', private_key: makePrivateKey('rsa') }),
    JSON.stringify({
      client_email: 'x@y.iam.gserviceaccount.com',
      private_key: makePrivateKey('ec'),
    }),
  ].map((key, index) => ({
    name: `the key of a service account is its complete JSON (${index})`,
    replace: '',
    by: SERVICE_ACCOUNT,
    variables: { GOOGLE_KEY: key },
    problems: [
      '17:10 googleDrive.auth.key: expected the JSON key of a service account, with ' +
        'client_email and an RSA private_key; the value of the reference does not match',
    ],
  })),
];

describe('an invalid value is rejected', () => testProblems(VALUES));

describe('an invalid googleDrive is rejected', () => testProblems(GOOGLE));
