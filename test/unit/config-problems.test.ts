import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/config/config-error.ts';
import { ConfigFolder, TENANT_VARIABLES, TENANT_YAML } from '../support/config-folder.ts';
import { type ProblemCase, problemsOf, testProblems } from '../support/config-problem-cases.ts';

const SPELLING: readonly ProblemCase[] = [
  {
    name: 'an unknown key is reported at the key, with the most similar valid key',
    replace: 'internalDomains: [acme.com]',
    by: 'internalDomains: [acme.com]\ntimezon: UTC',
    problems: ['3:1 timezon: unknown key; did you mean timezone?'],
  },
  {
    name: 'a misspelled required key is unknown, and missing in its parent',
    replace: '  loginUrl:',
    by: '  loginURI:',
    problems: [
      '3:1 salesforce.loginUrl: missing; expected an https URL such as ' +
        'https://acme.my.salesforce.com, without user, password, query or fragment',
      '4:3 salesforce.loginURI: unknown key; did you mean loginUrl?',
    ],
  },
  {
    name: 'a key of another flow is reported with its flow',
    replace: '    clientSecret: ${SF_SECRET}',
    by: '    clientSecret: ${SF_SECRET}\n    username: jo@acme.com',
    problems: [
      '9:5 salesforce.auth.username: unknown key for flow client-credentials; ' +
        'it belongs to jwt-bearer',
    ],
  },
  {
    name: 'a key under the wrong parent is reported with its place',
    replace: '',
    by: 'workspaceId: "12"\n',
    problems: ['14:1 workspaceId: unknown key here; it belongs at gong.workspaceId'],
  },
  {
    name: 'a key without a similar one is only unknown',
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
    name: 'a duplicate key is reported at the second one',
    replace: '    clientId: 3MVG9',
    by: '    clientId: 3MVG9\n    clientId: other',
    problems: ['8:5 salesforce.auth.clientId: duplicate key: keep one of them'],
  },
  {
    name: 'a key that is not a word is reported with its mapping',
    replace: '  loginUrl:',
    by: '  ? [a]\n  : b\n  loginUrl:',
    problems: ['4:5 salesforce: a key must be a word'],
  },
];

const VALUES: readonly ProblemCase[] = [
  {
    name: 'a missing mapping is reported at the start of the file',
    replace: TENANT_YAML.slice(TENANT_YAML.indexOf('gong:')),
    by: '',
    problems: ['1:1 gong: missing; expected a mapping'],
  },
  {
    name: 'a missing flow is reported at its mapping',
    replace: '    flow: access-key\n',
    by: '',
    problems: ['10:3 gong.auth.flow: missing; expected one of access-key, oauth'],
  },
  {
    name: 'an unknown flow is reported at its value, without its consequences',
    replace: 'flow: access-key',
    by: 'flow: acces-key',
    problems: ['11:11 gong.auth.flow: expected one of access-key, oauth; found "acces-key"'],
  },
  {
    name: 'an empty mapping is not a mapping',
    replace: '',
    by: 'crm:\n',
    problems: ['14:5 crm: expected a mapping; found nothing'],
  },
  {
    name: 'a text in place of a mapping is reported without the text',
    replace: 'tenant: acme\n',
    by: 'tenant: acme\ncrm: supersecret\n',
    problems: ['2:6 crm: expected a mapping'],
  },
  {
    name: 'a workspace ID is never a number',
    replace: 'gong:\n',
    by: 'gong:\n  workspaceId: 623457276584334\n',
    problems: [
      '10:16 gong.workspaceId: expected the digits of a workspace ID in quotes ' +
        '(a number loses digits); found the number 623457276584334: put it in quotes',
    ],
  },
  {
    name: 'an API version is never a number',
    replace: '  auth:\n    flow: client',
    by: '  apiVersion: 62.0\n  auth:\n    flow: client',
    problems: [
      '5:15 salesforce.apiVersion: expected a version in quotes such as "62.0"; found the number 62: put it in quotes',
    ],
  },
  {
    name: 'a number in quotes is not a number',
    replace: 'gong:\n',
    by: 'gong:\n  callsPerSecond: "3"\n',
    problems: ['10:19 gong.callsPerSecond: expected a number from 0.1 to 1000; found "3"'],
  },
  {
    name: 'a number out of range is reported with the range',
    replace: 'gong:\n',
    by: 'gong:\n  callsPerSecond: 0.05\n  callsPerDay: 0\n  concurrency: 1.5\n',
    problems: [
      '10:19 gong.callsPerSecond: expected a number from 0.1 to 1000; found 0.05',
      '11:16 gong.callsPerDay: expected a whole number from 1 to 10000000; found 0',
      '12:16 gong.concurrency: expected a whole number from 1 to 64; found 1.5',
    ],
  },
  {
    name: 'yes is not a boolean in YAML 1.2',
    replace: '',
    by: 'crm:\n  matchAccountByDomain: yes\n  holdDays: -1\n  unmatched: drop\n',
    problems: [
      '15:25 crm.matchAccountByDomain: expected true or false; found "yes"',
      '16:13 crm.holdDays: expected a number from 0 to 365; found -1',
      '17:14 crm.unmatched: expected one of send, skip; found "drop"',
    ],
  },
  {
    name: 'an unknown object type is rejected',
    replace: '',
    by: 'crm: {objectTypes: [Account, Case]}\n',
    problems: [
      '14:30 crm.objectTypes[1]: expected one of Opportunity, Account, Contact, Lead; found "Case"',
    ],
  },
  {
    name: 'a repeated object type is rejected',
    replace: '',
    by: 'crm: {objectTypes: [Account, Account]}\n',
    problems: ['14:20 crm.objectTypes: expected each object type only once; found a list'],
  },
  {
    name: 'an empty list of object types is rejected',
    replace: '',
    by: 'crm: {objectTypes: []}\n',
    problems: [
      '14:20 crm.objectTypes: expected a list of Opportunity, Account, Contact, Lead; ' +
        'found an empty list',
    ],
  },
];

describe('a problem with a key has its position and its path', () => testProblems(SPELLING));

describe('a problem with a value has its position and its path', () => testProblems(VALUES));

test('all problems in all files are reported together, each with its own fields', async () => {
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
    'config/tenants/acme.yaml:1:9 tenant: expected acme, the name of the file',
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
