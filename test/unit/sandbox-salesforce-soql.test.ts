import { beforeEach, describe, expect, test } from 'vitest';
import { SalesforceSandbox } from '../support/salesforce-sandbox.ts';

let sandbox: SalesforceSandbox;

beforeEach(async () => {
  sandbox = await new SalesforceSandbox().login();
});

const names = (where: string, rest = 'ORDER BY LastName') =>
  sandbox.column(`SELECT LastName FROM Contact WHERE ${where} ${rest}`, 'LastName');

describe('comparisons', () => {
  beforeEach(() => {
    const globex = sandbox.org.add('Account', { Name: 'Globex' });
    const { org } = sandbox;
    org.add('Contact', {
      LastName: 'A',
      Email: 'Ann@Globex.example',
      AccountId: globex,
      Title: 'CFO',
    });
    org.add('Contact', { LastName: 'B', Email: 'bob@initech.example', Title: 'cto' });
    org.add('Contact', { LastName: "O'C", FirstName: 'back\\slash', Title: '100%' });
  });

  test('text comparison ignores case', async () => {
    expect(await names(`Email = 'ANN@globex.EXAMPLE'`)).toEqual(['A']);
    expect(await names(`Email IN ('ann@globex.example', 'BOB@initech.example')`)).toEqual([
      'A',
      'B',
    ]);
    expect(await names(`Title > 'CFO'`)).toEqual(['B']);
    expect(await names(`Title LIKE 'C%'`)).toEqual(['A', 'B']);
  });

  test('= and != match null, < and > do not, and empty text is null', async () => {
    expect(await names('Email = null')).toEqual(["O'C"]);
    expect(await names(`Email = ''`)).toEqual(["O'C"]);
    expect(await names('Email != null')).toEqual(['A', 'B']);
    expect(await names(`Email != 'bob@initech.example'`)).toEqual(['A', "O'C"]);
    expect(await names(`Email NOT IN ('bob@initech.example')`)).toEqual(['A', "O'C"]);
    expect(await names(`Email > 'a'`)).toEqual(['A', 'B']);
    expect(await names(`Account.Name = null`)).toEqual(['B', "O'C"]);
  });

  test('AND, OR, and NOT are grouped by parentheses', async () => {
    expect(await names(`Title = 'cfo' OR (Title = 'cto' AND Email = 'x')`)).toEqual(['A']);
    expect(await names(`(Title = 'cfo' OR Title = 'cto') AND Email LIKE 'b%'`)).toEqual(['B']);
    expect(await names(`NOT (Title = 'cfo' OR Title = 'cto')`)).toEqual(["O'C"]);
    expect(await names(`Title != null AND (NOT Title LIKE 'c%')`)).toEqual(["O'C"]);
  });

  test.each([
    [`Title = 'a' AND Title = 'b' OR Title = 'c'`, "unexpected token: 'OR'"],
    [`Title = 'a' OR Title = 'b' AND Title = 'c'`, "unexpected token: 'AND'"],
    [`NOT Title = 'a' AND Title = 'b'`, "unexpected token: 'AND'"],
    [`Title = 'a' AND NOT Title = 'b'`, "unexpected token: 'NOT'"],
  ])('mixing them without parentheses is rejected: %s', async (where, message) => {
    const refused = await sandbox.refusal(`SELECT Id FROM Contact WHERE ${where}`);
    expect(refused).toMatchObject({ status: 400, code: 'MALFORMED_QUERY' });
    expect(refused.message).toContain(message);
  });

  test('valid escapes represent their characters, in LIKE the literal character', async () => {
    expect(await names(`LastName = 'O\\'C'`)).toEqual(["O'C"]);
    expect(await names(`FirstName = 'back\\\\slash'`)).toEqual(["O'C"]);
    expect(await names(`Title LIKE '100\\%'`)).toEqual(["O'C"]);
    expect(await names(`Title LIKE '10\\%'`)).toEqual([]);
    expect(await names(`Title LIKE 'C_O'`)).toEqual(['A', 'B']);
    expect(await names(`Title LIKE 'C\\_O'`)).toEqual([]);
  });

  test.each(['\\q', '\\-', '\\x41', '\\u0041', '\\ '])('the escape %s is rejected', async (bad) => {
    const refused = await sandbox.refusal(`SELECT Id FROM Contact WHERE Email IN ('a', 'b${bad}')`);
    expect(refused.code).toBe('MALFORMED_QUERY');
    expect(refused.message).toContain(`Illegal character sequence '${bad.slice(0, 2)}'`);
  });

  test('both forms of Ids compare equal, case-sensitively', async () => {
    const id = sandbox.org.add('Contact', { LastName: 'Z' });
    expect(await names(`Id = '${id}'`)).toEqual(['Z']);
    expect(await names(`Id IN ('${id.slice(0, 15)}')`)).toEqual(['Z']);
    expect(await names(`Id > '${id}'`)).toEqual([]);
    expect(await names(`Id >= '${id.slice(0, 15)}'`)).toEqual(['Z']);
  });

  test.each([`'003'`, `'003Hp000000000'`, `'003Hp0000000001AAA'`])(
    '%s is not an Id: too short, or with wrong check characters',
    async (literal) => {
      const refused = await sandbox.refusal(`SELECT Id FROM Contact WHERE Id = ${literal}`);
      expect(refused.code).toBe('INVALID_QUERY_FILTER_OPERATOR');
      expect(refused.message).toContain('invalid ID field');
    },
  );

  test('a filter can follow references to an existing record', async () => {
    expect(await names(`Account.Name = 'globex'`)).toEqual(['A']);
    expect(await names(`Account.Name IN ('GLOBEX', 'x')`)).toEqual(['A']);
    expect(await names(`Account.Owner.Username = 'integration@acme.example'`)).toEqual(['A']);
  });
});

describe('times and numbers', () => {
  beforeEach(() => {
    sandbox.org.add('Opportunity', {
      Name: 'A',
      CreatedDate: '2026-11-01T10:00:00.900Z',
      Amount: 5,
      CloseDate: '2026-12-01',
    });
    sandbox.org.add('Opportunity', {
      Name: 'B',
      CreatedDate: '2026-11-01T10:00:01Z',
      Amount: 7.5,
      CloseDate: '2026-12-02',
    });
  });
  const found = (where: string) =>
    sandbox.column(`SELECT Name FROM Opportunity WHERE ${where} ORDER BY Name`, 'Name');

  test('times compare by the second, with any offset', async () => {
    expect(await found('CreatedDate = 2026-11-01T10:00:00Z')).toEqual(['A']);
    expect(await found('CreatedDate > 2026-11-01T10:00:00.100Z')).toEqual(['B']);
    expect(await found('CreatedDate <= 2026-11-01T11:00:00.000+0100')).toEqual(['A']);
    expect(await found('CreatedDate < 2026-11-01T12:00:01+02:00')).toEqual(['A']);
  });

  test('days, numbers, and booleans compare by their type', async () => {
    expect(await found('CloseDate > 2026-12-01')).toEqual(['B']);
    expect(await found('CloseDate IN (2026-12-01, 2026-12-02)')).toEqual(['A', 'B']);
    expect(await found('Amount >= 7.5')).toEqual(['B']);
    expect(await found('IsClosed = false')).toEqual(['A', 'B']);
  });

  test.each([
    [
      `CreatedDate > '2026-11-01T00:00:00Z'`,
      'INVALID_FIELD',
      'must be of type dateTime and should not be enclosed in quotes',
    ],
    ['CreatedDate > 2026-11-01', 'INVALID_FIELD', 'must be of type dateTime'],
    ['CloseDate > 2026-11-01T00:00:00Z', 'INVALID_FIELD', 'must be of type date and should not'],
    [
      `Amount = '5'`,
      'INVALID_FIELD',
      'must be of type currency and should not be enclosed in quotes',
    ],
    ['Name = 5', 'INVALID_FIELD', 'must be of type string and should be enclosed in quotes'],
    [`IsClosed = 'false'`, 'INVALID_FIELD', 'must be of type boolean'],
    ['IsClosed > false', 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on boolean field'],
    [`Id LIKE '006%'`, 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
    [
      `CreatedDate LIKE '2026%'`,
      'INVALID_QUERY_FILTER_OPERATOR',
      'invalid operator on datetime field',
    ],
    ['CreatedDate > 2026-02-30T00:00:00Z', 'MALFORMED_QUERY', 'Invalid date'],
  ])('a literal or operator of the wrong type is rejected: %s', async (where, code, message) => {
    const refused = await sandbox.refusal(`SELECT Id FROM Opportunity WHERE ${where}`);
    expect(refused).toMatchObject({ status: 400, code });
    expect(refused.message).toContain(message);
  });
});

describe('names in a query', () => {
  test.each([
    ['SELECT Id FROM Nope', 'INVALID_TYPE', "sObject type 'Nope' is not supported"],
    [
      'SELECT Recipient FROM ContentDistribution',
      'INVALID_FIELD',
      "No such column 'Recipient' on entity 'ContentDistribution'",
    ],
    [
      'SELECT ContentDocument.Title FROM ContentDistribution',
      'INVALID_FIELD',
      "Didn't understand relationship 'ContentDocument'",
    ],
    ['SELECT IsPersonAccount FROM Account', 'INVALID_FIELD', "No such column 'IsPersonAccount'"],
    ['SELECT Id, Id FROM Contact', 'INVALID_FIELD', 'duplicate field selected: Id'],
    [
      `SELECT Id FROM ContentDistribution WHERE DistributionPublicUrl = 'x'`,
      'INVALID_FIELD',
      "field 'DistributionPublicUrl' can not be filtered in a query call",
    ],
    [
      `SELECT Id FROM ContentDistribution WHERE Password = 'x'`,
      'INVALID_FIELD',
      'can not be filtered',
    ],
    [`SELECT Id FROM Contact WHERE Description = 'x'`, 'INVALID_FIELD', 'can not be filtered'],
    [
      'SELECT Id FROM ContentDistribution ORDER BY PreferencesExpires',
      'MALFORMED_QUERY',
      "field 'PreferencesExpires' can not be sorted in a query call",
    ],
    ['SELECT Id FROM Contact ORDER BY Description', 'MALFORMED_QUERY', 'can not be sorted'],
    [
      'SELECT Name n FROM Contact',
      'MALFORMED_QUERY',
      'only aggregate expressions use field aliasing',
    ],
    [
      'SELECT Id FROM Contact OFFSET 2001',
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Maximum SOQL offset allowed is 2000',
    ],
    ['SELECT Id FROM Contact WHERE', 'MALFORMED_QUERY', "unexpected token: '<EOF>'"],
    ['SELECT Id FROM Contact WHERE Email IN ()', 'MALFORMED_QUERY', 'unexpected token'],
    ['SELECT Id FROM Contact WHERE Email = "x"', 'MALFORMED_QUERY', 'unexpected token'],
    [
      'SELECT AccountId, COUNT(Id) FROM Contact GROUP BY AccountId',
      'UNSUPPORTED_BY_SANDBOX',
      'GROUP BY',
    ],
    [
      'SELECT Id FROM Contact WHERE CreatedDate > LAST_N_DAYS:3',
      'UNSUPPORTED_BY_SANDBOX',
      'LAST_N_DAYS:3',
    ],
  ])('%s', async (soql, code, message) => {
    const refused = await sandbox.refusal(soql);
    expect(refused).toMatchObject({ status: 400, code });
    expect(refused.message).toContain(message);
  });

  test('names are case-insensitive, and preferences can be filtered', async () => {
    sandbox.org.deliver({ title: 'Offer', expiresAt: '2026-12-01T00:00:00Z' });
    const soql =
      'select ID, contentversion.TITLE from contentdistribution where preferencesexpires = TRUE';
    const [record] = await sandbox.records(soql);
    expect(record).toMatchObject({ ContentVersion: { Title: 'Offer' } });
  });

  test('person accounts add their fields if they are enabled', async () => {
    sandbox = await new SalesforceSandbox({ personAccounts: true }).login();
    sandbox.org.add('Account', { Name: 'Ann', IsPersonAccount: true });
    expect(await sandbox.column('SELECT IsPersonAccount FROM Account', 'IsPersonAccount')).toEqual([
      true,
    ]);
  });

  test('a query has at most 100,000 characters, a literal 4,000', async () => {
    const long = `SELECT Id FROM Contact WHERE Email = '${'x'.repeat(4001)}'`;
    expect((await sandbox.refusal(long)).code).toBe('MALFORMED_QUERY');
    const ids = Array.from({ length: 7000 }, () => `'003Hp000000000'`).join();
    const longer = await sandbox.refusal(`SELECT Id FROM Contact WHERE Id IN (${ids})`);
    expect(longer.message).toContain('cannot be longer than 100000 characters');
  });
});

describe('ORDER BY, LIMIT, and OFFSET', () => {
  beforeEach(() => {
    for (const Title of ['b', null, 'C', 'a']) sandbox.org.add('Contact', { LastName: 'x', Title });
  });
  const titles = (rest: string) => sandbox.column(`SELECT Title FROM Contact ${rest}`, 'Title');

  test('nulls come first by default, and case is ignored', async () => {
    expect(await titles('ORDER BY Title')).toEqual([null, 'a', 'b', 'C']);
    expect(await titles('ORDER BY Title DESC')).toEqual([null, 'C', 'b', 'a']);
    expect(await titles('ORDER BY Title NULLS LAST')).toEqual(['a', 'b', 'C', null]);
    expect(await titles('ORDER BY Title DESC NULLS LAST')).toEqual(['C', 'b', 'a', null]);
  });

  test('ties come newest first, so paging needs a complete order', async () => {
    expect(await titles('ORDER BY LastName')).toEqual(['a', 'C', null, 'b']);
    expect(await titles('ORDER BY SystemModstamp')).toEqual(['a', 'C', null, 'b']);
    expect(await titles('ORDER BY SystemModstamp, Id')).toEqual(['b', null, 'C', 'a']);
  });

  test('LIMIT and OFFSET apply after ordering', async () => {
    expect(await titles('ORDER BY Title LIMIT 2 OFFSET 1')).toEqual(['a', 'b']);
    expect(await titles('ORDER BY SystemModstamp, Id LIMIT 2 OFFSET 1')).toEqual([null, 'C']);
    expect(await titles('ORDER BY Title LIMIT 0')).toEqual([]);
  });

  test('COUNT() returns the count without records', async () => {
    const { body } = await sandbox.query(`SELECT COUNT() FROM Contact WHERE Title != null`);
    expect(body).toEqual({ totalSize: 3, done: true, records: [] });
  });
});

test('records have the form that Salesforce returns', async () => {
  const contact = sandbox.org.add('Contact', { FirstName: 'Ann', LastName: 'Lee' });
  const { deliveryId, versionId } = sandbox.org.deliver({
    title: 'Offer',
    relatedTo: contact,
    at: '2026-11-01T10:00:00.999Z',
  });
  sandbox.org.deliver({ title: 'Unrelated', at: '2026-11-01T11:00:00Z' });
  const records = await sandbox.records(
    'SELECT Id, CreatedDate, ExpiryDate, CreatedBy.Username, ContentVersion.FileExtension, ' +
      'RelatedRecord.Type, RelatedRecord.Name FROM ContentDistribution ORDER BY CreatedDate, Id',
  );
  const url = '/services/data/v62.0/sobjects';
  expect(records[0]).toEqual({
    attributes: { type: 'ContentDistribution', url: `${url}/ContentDistribution/${deliveryId}` },
    Id: deliveryId,
    CreatedDate: '2026-11-01T10:00:00.000+0000',
    ExpiryDate: null,
    CreatedBy: {
      attributes: { type: 'User', url: `${url}/User/${sandbox.org.userId}` },
      Username: 'integration@acme.example',
    },
    ContentVersion: {
      attributes: { type: 'ContentVersion', url: `${url}/ContentVersion/${versionId}` },
      FileExtension: 'pdf',
    },
    RelatedRecord: {
      attributes: { type: 'Name', url: `${url}/Contact/${contact}` },
      Type: 'Contact',
      Name: 'Ann Lee',
    },
  });
  expect(records[1]?.['RelatedRecord']).toBeNull();
});
