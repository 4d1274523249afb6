import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError, formatProblem } from '../../src/config/problems.ts';
import {
  ConfigFolder,
  makePrivateKey,
  TENANT_VARIABLES,
  TENANT_YAML,
} from '../support/config-folder.ts';

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

interface Case {
  readonly name: string;
  /** replaced in the least tenant; '' appends `by` */
  readonly replace: string;
  readonly by: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** after `config/tenants/acme.yaml:` */
  readonly problems: readonly string[];
}

const SPELLING: readonly Case[] = [
  {
    name: 'an unknown key is told at the key, with the nearest real one',
    replace: 'internalDomains: [acme.com]',
    by: 'internalDomains: [acme.com]\ntimezon: UTC',
    problems: ['3:1 timezon: unknown key; did you mean timezone?'],
  },
  {
    name: 'a misspelt required key is unknown, and missing at its parent',
    replace: '  loginUrl:',
    by: '  loginURI:',
    problems: [
      '3:1 salesforce.loginUrl: missing; expected an https URL such as ' +
        'https://acme.my.salesforce.com, without user, password, query or fragment',
      '4:3 salesforce.loginURI: unknown key; did you mean loginUrl?',
    ],
  },
  {
    name: 'a key of another flow is told as such',
    replace: '    clientSecret: ${SF_SECRET}',
    by: '    clientSecret: ${SF_SECRET}\n    username: jo@acme.com',
    problems: [
      '9:5 salesforce.auth.username: unknown key for flow client-credentials; ' +
        'it belongs to jwt-bearer',
    ],
  },
  {
    name: 'a key under the wrong heading is told where it belongs',
    replace: '',
    by: 'workspaceId: "12"\n',
    problems: ['14:1 workspaceId: unknown key here; it belongs at gong.workspaceId'],
  },
  {
    name: 'a key that nothing comes near is only unknown',
    replace: '',
    by: 'zebra: 1\n',
    problems: ['14:1 zebra: unknown key'],
  },
  {
    name: '__proto__ is a key like any other',
    replace: '',
    by: '__proto__: {tenant: x}\n',
    problems: ['14:1 __proto__: unknown key'],
  },
  {
    name: 'a merge key merges nothing',
    replace: '',
    by: '<<: {tenant: x}\n',
    problems: ['14:1 <<: unknown key'],
  },
  {
    name: 'a key that stands twice is told at the second',
    replace: '    clientId: 3MVG9',
    by: '    clientId: 3MVG9\n    clientId: other',
    problems: ['8:5 salesforce.auth.clientId: this key stands twice: keep one of them'],
  },
  {
    name: 'a key that is no word is told with its mapping',
    replace: '  loginUrl:',
    by: '  ? [a]\n  : b\n  loginUrl:',
    problems: ['4:5 salesforce: a key must be a word'],
  },
];

const VALUES: readonly Case[] = [
  {
    name: 'a missing mapping is told at the file',
    replace: TENANT_YAML.slice(TENANT_YAML.indexOf('gong:')),
    by: '',
    problems: ['1:1 gong: missing; expected a mapping'],
  },
  {
    name: 'a missing flow is told at its mapping',
    replace: '    flow: access-key\n',
    by: '',
    problems: ['10:3 gong.auth.flow: missing; expected one of access-key, oauth'],
  },
  {
    name: 'an unknown flow is told at its value, and nothing that would follow from it',
    replace: 'flow: access-key',
    by: 'flow: acces-key',
    problems: ['11:11 gong.auth.flow: expected one of access-key, oauth; found "acces-key"'],
  },
  {
    name: 'an empty mapping is nothing',
    replace: '',
    by: 'crm:\n',
    problems: ['14:1 crm: expected a mapping; found nothing'],
  },
  {
    name: 'a text where a mapping belongs is told without the text',
    replace: 'tenant: acme\n',
    by: 'tenant: acme\ncrm: supersecret\n',
    problems: ['2:6 crm: expected a mapping; found "supersecret"'],
  },
  {
    name: 'a workspace id is never a number',
    replace: 'gong:\n',
    by: 'gong:\n  workspaceId: 623457276584334\n',
    problems: [
      '10:16 gong.workspaceId: expected the digits of a workspace id in quotes ' +
        '(a number loses digits); found 623457276584334',
    ],
  },
  {
    name: 'an API version is never a number',
    replace: '  auth:\n    flow: client',
    by: '  apiVersion: 62.0\n  auth:\n    flow: client',
    problems: ['5:15 salesforce.apiVersion: expected a version in quotes such as "62.0"; found 62'],
  },
  {
    name: 'a number in quotes is no number',
    replace: 'gong:\n',
    by: 'gong:\n  callsPerSecond: "3"\n',
    problems: ['10:19 gong.callsPerSecond: expected a number from 0.1 to 1000; found "3"'],
  },
  {
    name: 'a number out of its range is told with the range',
    replace: 'gong:\n',
    by: 'gong:\n  callsPerSecond: 0.05\n  callsPerDay: 0\n  concurrency: 1.5\n',
    problems: [
      '10:19 gong.callsPerSecond: expected a number from 0.1 to 1000; found 0.05',
      '11:16 gong.callsPerDay: expected a whole number from 1 to 10000000; found 0',
      '12:16 gong.concurrency: expected a whole number from 1 to 64; found 1.5',
    ],
  },
  {
    name: 'yes is no truth value in YAML 1.2',
    replace: '',
    by: 'crm:\n  matchAccountByDomain: yes\n  holdDays: -1\n  unmatched: drop\n',
    problems: [
      '15:25 crm.matchAccountByDomain: expected true or false; found "yes"',
      '16:13 crm.holdDays: expected a number from 0 to 365; found -1',
      '17:14 crm.unmatched: expected one of send, skip; found "drop"',
    ],
  },
  {
    name: 'object types are known ones, each once, and at least one',
    replace: '',
    by: 'crm: {objectTypes: [Account, Case]}\n',
    problems: [
      '14:29 crm.objectTypes[1]: expected one of Opportunity, Account, Contact, Lead; found "Case"',
    ],
  },
  {
    name: 'an object type stands once',
    replace: '',
    by: 'crm: {objectTypes: [Account, Account]}\n',
    problems: ['14:20 crm.objectTypes: expected each object type only once; found a list'],
  },
  {
    name: 'an empty list of object types names nothing',
    replace: '',
    by: 'crm: {objectTypes: []}\n',
    problems: [
      '14:20 crm.objectTypes: expected a list of Opportunity, Account, Contact, Lead; ' +
        'found an empty list',
    ],
  },
];

const MEANING: readonly Case[] = [
  {
    name: 'the tenant is named as its file is',
    replace: 'tenant: acme',
    by: 'tenant: acne',
    problems: ['1:9 tenant: expected acme, as the file is named; found "acne"'],
  },
  {
    name: 'domains of mail providers, public suffixes and what is no domain are refused',
    replace: '[acme.com]',
    by: '[GMail.com, yahoo.co.uk, com, co.uk, "@acme.com", "https://acme.com", 10.0.0.1, 3]',
    problems: [
      '2:19 internalDomains[0]: this domain is shared by strangers, who would all count as ' +
        'internal; found "GMail.com"',
      '2:30 internalDomains[1]: this domain is shared by strangers, who would all count as ' +
        'internal; found "yahoo.co.uk"',
      '2:43 internalDomains[2]: expected a domain such as acme.com; found "com"',
      '2:48 internalDomains[3]: this domain is shared by strangers, who would all count as ' +
        'internal; found "co.uk"',
      '2:55 internalDomains[4]: expected a domain such as acme.com; found "@acme.com"',
      '2:68 internalDomains[5]: expected a domain such as acme.com; found "https://acme.com"',
      '2:88 internalDomains[6]: expected a domain such as acme.com; found "10.0.0.1"',
      '2:98 internalDomains[7]: expected a domain such as acme.com; found 3',
    ],
  },
  {
    name: 'at least one domain is internal',
    replace: '[acme.com]',
    by: '[]',
    problems: ['2:18 internalDomains: expected a list of at least one domain; found an empty list'],
  },
  ...['Amerika/New_York', '+02:00'].map((zone) => ({
    name: `${zone} is no IANA timezone`,
    replace: '',
    by: `timezone: "${zone}"\n`,
    problems: [
      `14:11 timezone: expected an IANA timezone such as America/New_York; found "${zone}"`,
    ],
  })),
  ...['0 0 2 * * *', '@daily', '60 2 * * *', '0 2 * *', '0 0 31 2 *'].map((cron) => ({
    name: `${cron} is no schedule`,
    replace: '',
    by: `schedule: "${cron}"\n`,
    problems: [
      '14:11 schedule: expected a cron expression of five fields such as "0 2 * * *"; ' +
        `found "${cron}"`,
    ],
  })),
  ...['2026-11-01', '2026-11-01T00:00:00', '2026-02-30T00:00:00Z', 'yesterday'].map((time) => ({
    name: `${time} is no time to start from`,
    replace: '',
    by: `start: ${time}\n`,
    problems: [
      '14:8 start: expected an ISO-8601 time with its offset such as 2026-11-01T00:00:00Z; ' +
        `found "${time}"`,
    ],
  })),
  ...[
    'http://acme.my.salesforce.com',
    'http://127.0.0.1.evil.com',
    'https://user:hunter2@acme.my.salesforce.com',
    'https://acme.my.salesforce.com/?token=hunter2',
    'https://acme.my.salesforce.com/#x',
    'ftp://acme.my.salesforce.com',
    'acme.my.salesforce.com',
  ].map((url) => ({
    name: `${url} is no safe URL, and is not repeated`,
    replace: 'https://acme.my.salesforce.com',
    by: url,
    problems: [
      '4:13 salesforce.loginUrl: expected an https URL such as https://acme.my.salesforce.com, ' +
        'without user, password, query or fragment',
    ],
  })),
  {
    name: 'Lightning pages take no logins',
    replace: 'https://acme.my.salesforce.com',
    by: 'https://acme.lightning.force.com',
    problems: ['4:13 salesforce.loginUrl: logins go to the My Domain: https://….my.salesforce.com'],
  },
  {
    name: 'client credentials work at the My Domain only',
    replace: 'https://acme.my.salesforce.com',
    by: 'https://login.salesforce.com',
    problems: [
      '4:13 salesforce.loginUrl: flow client-credentials needs the My Domain: ' +
        'https://….my.salesforce.com',
    ],
  },
  {
    name: 'creators to ignore are user Ids or usernames',
    replace: '  auth:\n    flow: client',
    by: '  ignoreCreatedBy: [005000000000001, Data Loader]\n  auth:\n    flow: client',
    problems: [
      '5:21 salesforce.ignoreCreatedBy[0]: expected a Salesforce user Id or username; found 5000000000001',
      '5:38 salesforce.ignoreCreatedBy[1]: expected a Salesforce user Id or username; ' +
        'found "Data Loader"',
    ],
  },
  {
    name: 'single-use refresh tokens need a place to be kept',
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
        'tokens that are kept',
    ],
  },
];

const GOOGLE: readonly Case[] = [
  {
    name: 'users are all, or email addresses',
    replace: '',
    by: `${SERVICE_ACCOUNT}  users: [jo@acme.com, jo]\n  sharedDrives: some\n`,
    problems: [
      '19:24 googleDrive.users[1]: expected an email address; found "jo"',
      '20:17 googleDrive.sharedDrives: expected all, none, or a list of {id, as}; found "some"',
    ],
  },
  {
    name: 'a shared drive is read as a member',
    replace: '',
    by: `${SERVICE_ACCOUNT}  sharedDrives:\n    - id: 0AHx\n      member: jo@acme.com\n`,
    problems: [
      '20:7 googleDrive.sharedDrives[0].as: missing; expected an email address',
      '21:7 googleDrive.sharedDrives[0].member: unknown key',
    ],
  },
  {
    name: 'an empty list reads nobody, which is said in words instead',
    replace: '',
    by: `${SERVICE_ACCOUNT}  users: []\n  detect: []\n`,
    problems: [
      '19:10 googleDrive.users: expected a list of email addresses; found an empty list',
      '20:11 googleDrive.detect: expected a list of audit-log, changes, or both; ' +
        'found an empty list',
    ],
  },
  {
    name: "one user's token reads neither the audit log nor shared drives nor other users",
    replace: '',
    by: `${DRIVE}  users: [a@acme.com, b@acme.com]\n  sharedDrives: all\n  detect: [changes, audit-log]\n`,
    problems: [
      '20:10 googleDrive.users: flow refresh-token reads only the user who granted it: ' +
        'leave the key out',
      '21:17 googleDrive.sharedDrives: flow refresh-token reads no shared drive: none, or leave ' +
        'the key out',
      '22:21 googleDrive.detect[1]: flow refresh-token cannot read the audit log: [changes]',
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
    name: `the key of a service account is its whole JSON (${index})`,
    replace: '',
    by: SERVICE_ACCOUNT,
    variables: { GOOGLE_KEY: key },
    problems: [
      '17:10 googleDrive.auth.key: expected the JSON key of a service account, with ' +
        'client_email and an RSA private_key; the reference gives something else',
    ],
  })),
];

const REFERENCES: readonly Case[] = [
  {
    name: 'a variable that is not set is named where it is used',
    replace: '${SF_SECRET}',
    by: '${SF_SECERT}',
    problems: ['8:19 salesforce.auth.clientSecret: the environment variable SF_SECERT is not set'],
  },
  {
    name: 'an empty variable counts as missing',
    replace: '3MVG9',
    by: '${EMPTY}',
    variables: { EMPTY: '' },
    problems: ['7:15 salesforce.auth.clientId: the environment variable EMPTY is empty'],
  },
  {
    name: 'what follows from a missing flow is not told again',
    replace: 'flow: access-key',
    by: 'flow: ${FLOW}',
    problems: ['11:11 gong.auth.flow: the environment variable FLOW is not set'],
  },
  {
    name: 'an inherited property of the environment is no variable',
    replace: '3MVG9',
    by: '${toString}',
    problems: ['7:15 salesforce.auth.clientId: the environment variable toString is not set'],
  },
  {
    name: 'each missing variable of a text is told',
    replace: '3MVG9',
    by: '${A}-${B}',
    problems: [
      '7:15 salesforce.auth.clientId: the environment variable A is not set',
      '7:15 salesforce.auth.clientId: the environment variable B is not set',
    ],
  },
  {
    name: 'a secret is refused where it stands, alone or beside a reference',
    replace: '    accessKey: ${GONG_KEY}\n    accessKeySecret: ${GONG_SECRET}\n',
    by: '    accessKey: hunter2hunter2\n    accessKeySecret: "Bearer ${GONG_SECRET}"\n',
    problems: ['12:16 gong.auth.accessKey', '13:22 gong.auth.accessKeySecret'].map(
      (place) =>
        `${place}: a secret does not stand in this file; expected a reference without text ` +
        'around it: ${NAME} or ${file:PATH}',
    ),
  },
  {
    name: 'an escaped reference is a literal, and so no secret',
    replace: '${GONG_KEY}',
    by: '$${GONG_KEY}',
    problems: [
      '12:16 gong.auth.accessKey: a secret does not stand in this file; expected a reference ' +
        'without text around it: ${NAME} or ${file:PATH}',
    ],
  },
  {
    name: 'a secret that is a number is not repeated',
    replace: '${GONG_KEY}',
    by: '4711471147114711',
    problems: ['12:16 gong.auth.accessKey: expected an access key; found a number'],
  },
  {
    name: 'a value from a variable is checked like any other, and not repeated',
    replace: '[acme.com]',
    by: '["${DOMAIN}"]',
    variables: { DOMAIN: 'not a domain' },
    problems: [
      '2:19 internalDomains[0]: expected a domain such as acme.com; the reference gives something ' +
        'else',
    ],
  },
  {
    name: 'a reference gives no number and no truth value',
    replace: 'gong:\n',
    by: 'gong:\n  callsPerSecond: ${RATE}\n',
    variables: { RATE: '3' },
    problems: [
      '10:19 gong.callsPerSecond: expected a number from 0.1 to 1000; a reference gives text, so ' +
        'write the value itself',
    ],
  },
  ...['${}', '${a b}', '${file:}', '${1A}', '${-}'].map((reference) => ({
    name: `${reference} is no reference`,
    replace: '3MVG9',
    by: `"${reference}"`,
    problems: [
      '7:15 salesforce.auth.clientId: a reference is ${NAME} or ${file:PATH}; write $${ where a ' +
        '${ itself is meant',
    ],
  })),
  {
    name: 'a reference without its end is told',
    replace: '3MVG9',
    by: '"x${NAME"',
    problems: [
      '7:15 salesforce.auth.clientId: ${ without its }; write $${ where a ${ itself is meant',
    ],
  },
  ...[makePrivateKey('ec'), 'hunter2', '-----BEGIN PRIVATE KEY-----\\nAA\\n'].map((pem, index) => ({
    name: `a private key is RSA in PEM (${index})`,
    replace: '    flow: client-credentials\n    clientId: 3MVG9\n    clientSecret: ${SF_SECRET}\n',
    by: [
      '    flow: jwt-bearer',
      '    clientId: 3MVG9',
      '    username: jo@acme.com',
      '    privateKey: ${PEM}',
      '',
    ].join('\n'),
    variables: { PEM: pem },
    problems: [
      '9:17 salesforce.auth.privateKey: expected an RSA private key in PEM with real line breaks ' +
        'and without a passphrase; the reference gives something else',
    ],
  })),
];

describe.each([
  ['keys', SPELLING],
  ['values', VALUES],
  ['meaning', MEANING],
  ['Google', GOOGLE],
  ['references', REFERENCES],
])('a problem with %s has its place and its path', (_group, cases) => {
  test.each(cases)('$name', async ({ replace, by, variables, problems }) => {
    if (replace !== '') expect(TENANT_YAML).toContain(replace);
    const yaml = replace === '' ? TENANT_YAML + by : TENANT_YAML.replace(replace, () => by);
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const environment = {
      ...TENANT_VARIABLES,
      GOOGLE_KEY: serviceAccountKey,
      ...variables,
    };
    const { message } = await problemsOf(folder, environment);
    expect(message.split('\n')).toEqual(
      problems.map((problem) => `config/tenants/acme.yaml:${problem}`),
    );
  });
});

const serviceAccountKey = JSON.stringify({
  client_email: 'robot@acme.iam.gserviceaccount.com',
  private_key: makePrivateKey('rsa'),
});

describe('a file that is no YAML', () => {
  test.each([
    [
      'tabs indent',
      'tenant: acme\ncrm:\n\tholdDays: 1\n',
      '3:1: not valid YAML: tabs cannot indent: use spaces',
    ],
    [
      'a bracket is open',
      'tenant: [acme\n',
      '2:1: not valid YAML: the indentation does not fit, or a bracket is not closed',
    ],
    [
      'a quote is open',
      'tenant: "acme\n',
      '2:1: not valid YAML: a quote, a bracket, a comma or a space is missing here',
    ],
    [
      'a value has a colon',
      'tenant: acme: hunter2\n',
      '1:9: not valid YAML: a second `key:` on the same line; a value with ": " in it needs quotes',
    ],
    [
      'a value begins with @',
      'tenant: @acme\n',
      '1:9: not valid YAML: a value that begins with this character must stand in quotes',
    ],
    [
      'there are two documents',
      'tenant: acme\n---\ntenant: b\n',
      '2:1: not valid YAML: a second document (---): each file holds one',
    ],
    [
      'a tag is unknown',
      'tenant: !env ACME\n',
      '1:9: not valid YAML: tags (!…) have no meaning here: remove it',
    ],
    [
      'it is YAML 1.1',
      '%YAML 1.1\n---\ntenant: acme\n',
      '1:1: this file must be YAML 1.2: remove the %YAML line',
    ],
    ['it is a list', '- tenant: acme\n', '1:1: expected a mapping; found a list'],
    ['it is a text', 'hunter2\n', '1:1: expected a mapping; found "hunter2"'],
    ['it is empty', '', '1:1: the file is empty; config/tenants/acme.example.yaml shows every key'],
    [
      'it is all comment',
      '# tenant: acme\n',
      '1:1: the file is empty; config/tenants/acme.example.yaml shows every key',
    ],
  ])('is refused with its place: %s', async (_name, yaml, problem) => {
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { message } = await problemsOf(folder, {});
    expect(message).toBe(`config/tenants/acme.yaml:${problem}`);
  });

  test('a standard tag is refused as well', async () => {
    const yaml = TENANT_YAML.replace('3MVG9', '!!binary aHVudGVy');
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { message } = await problemsOf(folder, TENANT_VARIABLES);
    expect(message).toBe(
      'config/tenants/acme.yaml:7:24 salesforce.auth.clientId: tags (!…) have no meaning here: ' +
        'remove it',
    );
  });

  test('an alias without its anchor is refused', async () => {
    const yaml = TENANT_YAML.replace('3MVG9', '*nowhere');
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { message } = await problemsOf(folder, TENANT_VARIABLES);
    expect(message).toBe(
      'config/tenants/acme.yaml:7:15 salesforce.auth.clientId: no &anchor of this name stands ' +
        'before it',
    );
  });

  test.each([
    ['aliases of aliases', bombOfAliases()],
    ['an alias of itself', 'a: &a [*a, *a]\n'],
    ['more levels than anybody needs', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`],
  ])('%s end at a limit, and nothing else is told', async (_name, yaml) => {
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { problems } = await problemsOf(folder, {});
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toBe(
      'too much for one file: at most 50000 values, 32 levels deep',
    );
  });

  test('a file that is too large or no UTF-8 is not parsed', async () => {
    using folder = new ConfigFolder({ 'config/tenants/large.yaml': '#'.repeat(1024 * 1024 + 1) });
    folder.write('config/tenants/latin.yaml', Buffer.from('tenant: m\xfcller', 'latin1'));
    const { message } = await problemsOf(folder, {});
    expect(message.split('\n')).toEqual([
      'config/tenants/large.yaml: is too large: 1048577 bytes, at most 1048576',
      'config/tenants/latin.yaml: is not UTF-8 text',
    ]);
  });
});

test('all problems of all files are told at once, each with its own fields', async () => {
  using folder = new ConfigFolder({
    'config/sharetrail.yaml': 'log:\n  level: loud\nhttp:\n  host: 0.0.0.0\n  port: 0\n',
    'config/tenants/acme.yaml': TENANT_YAML.replace('tenant: acme', 'tenant: b\nfoo: 1'),
    'config/tenants/beta.yaml': 'tenant: beta\n',
  });
  const error = await problemsOf(folder, TENANT_VARIABLES);
  expect(error.problems.map(formatProblem).join('\n')).toBe(error.message);
  expect(error.message.split('\n')).toEqual([
    'config/sharetrail.yaml:2:10 log.level: expected one of debug, info, warn, error, silent; found "loud"',
    'config/sharetrail.yaml:4:9 http.host: other machines can reach this host: set http.token too',
    'config/sharetrail.yaml:5:9 http.port: expected a whole number from 1 to 65535; found 0',
    'config/tenants/acme.yaml:1:9 tenant: expected acme, as the file is named',
    'config/tenants/acme.yaml:2:1 foo: unknown key',
    'config/tenants/beta.yaml:1:1 internalDomains: missing; expected a list of at least one domain',
    'config/tenants/beta.yaml:1:1 salesforce: missing; expected a mapping',
    'config/tenants/beta.yaml:1:1 gong: missing; expected a mapping',
  ]);
  expect(error.problems[1]).toEqual({
    file: 'config/sharetrail.yaml',
    line: 4,
    column: 9,
    path: 'http.host',
    message: 'other machines can reach this host: set http.token too',
  });
});

async function problemsOf(
  folder: ConfigFolder,
  environment: Readonly<Record<string, string>>,
): Promise<ConfigError> {
  const { workingDirectory } = folder;
  const failure = await loadConfig({ dir: 'config', workingDirectory, environment }).catch(
    (error: unknown) => error,
  );
  if (failure instanceof ConfigError) return failure;
  throw new Error('expected a ConfigError', { cause: failure });
}

/** Ten levels of ten: 10^10 values if anybody followed them. */
function bombOfAliases(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= 10; level++) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
    lines.push(`a${level}: &a${level} [${aliases}]`);
  }
  return `${lines.join('\n')}\n`;
}
