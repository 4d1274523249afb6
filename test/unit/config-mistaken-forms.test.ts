import { describe, expect, test } from 'vitest';
import { databaseField } from '../../src/config/service-schema.ts';
import { testProblems } from '../support/config-problem-cases.ts';

describe('database', () => {
  test.each([
    'sqlite://./data/x.db',
    'sqlite:///var/x.db',
    'sqlite:~/x.db',
    'sqlite:file:x.db',
    'sqlite::memory:',
    'sqlite: ./x.db',
    'sqlite:./x.db?mode=ro',
    'sqlite:$HOME/x.db',
    'sqlite:"./x.db"',
    "sqlite:'./x.db'",
    'sqlite:C:\\x.db',
    'sqlite:./data/',
    'sqlite:/',
    'sqlite:.',
    'sqlite:../..',
    'sqlite:./x.db-wal',
  ])('%s means something else: the right form is shown', (value) => {
    const { error } = databaseField.safeParse(value);
    expect(error?.issues[0]?.message).toContain('(sqlite:./data/sharetrail.db, or sqlite:/var');
  });

  test.each([
    'sqlite:./x.db',
    'sqlite:x.db',
    'sqlite:/var/x.db',
    'sqlite:../a b/x.db',
    'sqlite:./.x',
    'sqlite:x.',
  ])('%s is accepted', (value) => {
    expect(databaseField.safeParse(value).success).toBe(true);
  });
});

describe('values as they are pasted', () => {
  testProblems([
    ...[
      ' key-value-1',
      'key-value-1 ',
      'key-value-1\n',
      'key-\nvalue-1',
      'key value-1',
      'key-value\t-1',
      'Bearer key-value-1',
      'key\u200bvalue-1',
      '\ufeffkey-value-1',
    ].map((value) => ({
      name: `${JSON.stringify(value)} is not a secret`,
      replace: '',
      by: '',
      variables: { GONG_KEY: value },
      problems: [
        '12:16 gong.auth.accessKey: expected an access key without white space and ' +
          'without invisible characters; the value of the reference does not match',
      ],
    })),
    {
      name: 'an ID with a zero-width space is refused',
      replace: 'clientId: 3MVG9',
      by: 'clientId: "3MV\u200bG9"',
      problems: [
        "7:15 salesforce.auth.clientId: expected the client's ID, without invisible characters; " +
          'found "3MV\u200bG9"',
      ],
    },
    {
      name: 'a schedule without quotes gets the right sentence',
      replace: '',
      by: 'schedule: */15 * * * *\n',
      problems: [
        '14:16: not valid YAML: a schedule that starts with * needs quotes: ' +
          'schedule: "*/15 * * * *"',
      ],
    },
    {
      name: "the address of Gong's pages is not its API",
      replace: 'gong:\n',
      by: 'gong:\n  baseUrl: https://app.gong.io\n',
      problems: [
        "10:12 gong.baseUrl: this is the address of Gong's pages; the API is at " +
          'https://api.gong.io, or at the address that Gong shows under API: ' +
          'https://us-12345.api.gong.io',
      ],
    },
  ]);
});
