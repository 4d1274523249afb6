import { describe } from 'vitest';
import { makePrivateKey } from '../support/config-folder.ts';
import { type ProblemCase, testProblems } from '../support/config-problem-cases.ts';

const REFERENCES: readonly ProblemCase[] = [
  {
    name: 'a variable that is not set is named at the place where it is used',
    replace: '${SF_SECRET}',
    by: '${SF_SECERT}',
    problems: ['8:19 salesforce.auth.clientSecret: the environment variable SF_SECERT is not set'],
  },
  {
    name: 'an empty variable counts as not set',
    replace: '3MVG9',
    by: '${EMPTY}',
    variables: { EMPTY: '' },
    problems: ['7:15 salesforce.auth.clientId: the environment variable EMPTY is empty'],
  },
  {
    name: 'the consequences of a missing flow are not reported',
    replace: 'flow: access-key',
    by: 'flow: ${FLOW}',
    problems: ['11:11 gong.auth.flow: the environment variable FLOW is not set'],
  },
  {
    name: 'an inherited property of the environment is not a variable',
    replace: '3MVG9',
    by: '${toString}',
    problems: ['7:15 salesforce.auth.clientId: the environment variable toString is not set'],
  },
  {
    name: 'each missing variable of a text is reported',
    replace: '3MVG9',
    by: '${A}-${B}',
    problems: [
      '7:15 salesforce.auth.clientId: the environment variable A is not set',
      '7:15 salesforce.auth.clientId: the environment variable B is not set',
    ],
  },
  {
    name: 'a literal secret is rejected, alone or next to a reference',
    replace: '    accessKey: ${GONG_KEY}\n    accessKeySecret: ${GONG_SECRET}\n',
    by: '    accessKey: hunter2hunter2\n    accessKeySecret: "Bearer ${GONG_SECRET}"\n',
    problems: ['12:16 gong.auth.accessKey', '13:22 gong.auth.accessKeySecret'].map(
      (place) =>
        `${place}: a literal secret is not allowed in this file; expected a reference without ` +
        'text around it: ${NAME} or ${file:PATH}',
    ),
  },
  {
    name: 'an escaped reference is a literal secret',
    replace: '${GONG_KEY}',
    by: '$${GONG_KEY}',
    problems: [
      '12:16 gong.auth.accessKey: a literal secret is not allowed in this file; expected a ' +
        'reference without text around it: ${NAME} or ${file:PATH}',
    ],
  },
  {
    name: 'the message does not show a secret that is a number',
    replace: '${GONG_KEY}',
    by: '4711471147114711',
    problems: ['12:16 gong.auth.accessKey: expected an access key; found a number'],
  },
  {
    name: 'a value from a variable is checked like any other, and the message does not show it',
    replace: '[acme.com]',
    by: '["${DOMAIN}"]',
    variables: { DOMAIN: 'not a domain' },
    problems: [
      '2:19 internalDomains[0]: expected a domain such as acme.com; the value of the ' +
        'reference does not match',
    ],
  },
  {
    name: 'a reference cannot be a number or a boolean',
    replace: 'gong:\n',
    by: 'gong:\n  callsPerSecond: ${RATE}\n',
    variables: { RATE: '3' },
    problems: [
      '10:19 gong.callsPerSecond: expected a number from 0.1 to 1000; a reference is always ' +
        'text: write the value itself',
    ],
  },
  ...['${}', '${a b}', '${file:}', '${1A}', '${-}'].map((reference) => ({
    name: `${reference} is not a reference`,
    replace: '3MVG9',
    by: `"${reference}"`,
    problems: [
      '7:15 salesforce.auth.clientId: a reference is ${NAME} or ${file:PATH}; write $${ for a ' +
        'literal ${',
    ],
  })),
  {
    name: 'a reference without its } is rejected',
    replace: '3MVG9',
    by: '"x${NAME"',
    problems: ['7:15 salesforce.auth.clientId: ${ without its }; write $${ for a literal ${'],
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
        'and without a passphrase; the value of the reference does not match',
    ],
  })),
];

describe('a reference without a valid value is reported at its position', () =>
  testProblems(REFERENCES));
