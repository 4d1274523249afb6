import { beforeEach, describe, expect, test } from 'vitest';
import { listOf, recordOf, SalesforceSandbox, textOf } from '../support/salesforce-sandbox.ts';

const FIRST_AT = Date.parse('2026-01-01T00:00:00Z');

let sandbox: SalesforceSandbox;

beforeEach(async () => {
  sandbox = await new SalesforceSandbox().login();
});

const generate = (count: number, everyMs = 400) =>
  sandbox.org.generatedDeliveries({ count, firstAt: FIRST_AT, everyMs, contacts: 30 });

/** Reads all deliveries in keyset pages, as a careful client does. */
async function readAll(limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let where = 'SystemModstamp >= 2026-01-01T00:00:00Z';
  for (;;) {
    const page = await sandbox.records(
      `SELECT Id, SystemModstamp FROM ContentDistribution WHERE ${where} ` +
        `ORDER BY SystemModstamp, Id LIMIT ${limit}`,
    );
    ids.push(...page.map((record) => textOf(record['Id'])));
    const last = page.at(-1);
    if (!last) return ids;
    const at = textOf(last['SystemModstamp']);
    where = `(SystemModstamp = ${at} AND Id > '${last['Id']}') OR SystemModstamp > ${at}`;
  }
}

describe('computed deliveries', () => {
  test('keyset pages return each one once, even with several per second', async () => {
    generate(250);
    const ids = await readAll(7);
    expect(ids).toHaveLength(250);
    expect(new Set(ids).size).toBe(250);
    expect([...ids].sort()).toEqual(ids);
  });

  test('are merged with stored ones in one order', async () => {
    generate(20, 1000);
    const { deliveryId: between } = sandbox.org.deliver({ title: 'Between', at: FIRST_AT + 5000 });
    const { deliveryId: last } = sandbox.org.deliver({ title: 'Last' });
    const ids = await readAll(6);
    expect(ids).toHaveLength(22);
    expect(ids.indexOf(between)).toBe(5);
    expect(ids.at(-1)).toBe(last);
  });

  test('a query without a limit counts all rows and pages by locator', async () => {
    generate(4500);
    const soql =
      'SELECT Id FROM ContentDistribution WHERE SystemModstamp >= 2026-01-01T00:00:02Z ' +
      'AND SystemModstamp < 2026-01-01T00:29:00Z ORDER BY SystemModstamp, Id';
    let body = recordOf((await sandbox.query(soql)).body);
    const ids: string[] = [];
    const total = body['totalSize'];
    for (;;) {
      ids.push(...listOf(body['records']).map((each) => textOf(recordOf(each)['Id'])));
      if (body['done'] === true) break;
      body = recordOf((await sandbox.send({ path: textOf(body['nextRecordsUrl']) })).body);
    }
    // 29 minutes minus 2 seconds, with five deliveries per two seconds
    expect(total).toBe(4345);
    expect(new Set(ids).size).toBe(4345);
  });

  test('ranges find the same rows as evaluating every row', async () => {
    generate(60);
    const conditions = [
      'SystemModstamp = 2026-01-01T00:00:03Z',
      'SystemModstamp > 2026-01-01T00:00:03Z AND SystemModstamp <= 2026-01-01T00:00:09Z',
      'SystemModstamp < 2026-01-01T00:00:01Z OR SystemModstamp > 2026-01-01T00:00:22Z',
      '(SystemModstamp >= 2026-01-01T00:00:03Z AND SystemModstamp < 2026-01-01T00:00:05Z) OR ' +
        '(SystemModstamp >= 2026-01-01T00:00:04Z AND SystemModstamp < 2026-01-01T00:00:07Z)',
    ];
    for (const condition of conditions) {
      const select = 'SELECT Id FROM ContentDistribution WHERE';
      const fast = `${select} ${condition} ORDER BY SystemModstamp, Id`;
      // Two negations hide the condition from the planner, and the order from the index.
      const slow = `${select} NOT (NOT (${condition})) ORDER BY SystemModstamp DESC, Id DESC`;
      const expected = [...(await sandbox.column(slow, 'Id'))].reverse();
      expect(expected.length).toBeGreaterThan(0);
      expect(await sandbox.column(fast, 'Id')).toEqual(expected);
      const limited = await sandbox.column(`${fast} LIMIT 2 OFFSET 1`, 'Id');
      expect(limited).toEqual(expected.slice(1, 3));
    }
  });

  test('a filter that is not a range is evaluated row by row', async () => {
    generate(60);
    const soql =
      'SELECT Name FROM ContentDistribution WHERE SystemModstamp >= 2026-01-01T00:00:10Z AND ' +
      "Name LIKE '%7' ORDER BY SystemModstamp, Id";
    expect(await sandbox.column(soql, 'Name')).toEqual([
      'Proposal 27',
      'Proposal 37',
      'Proposal 47',
      'Proposal 57',
    ]);
    expect(await sandbox.column(`${soql} LIMIT 2`, 'Name')).toEqual(['Proposal 27', 'Proposal 37']);
  });

  test('lead to contact, account, opportunity, and role by index in both directions', async () => {
    generate(100);
    const [delivery] = await sandbox.records(
      'SELECT RelatedRecordId, RelatedRecord.Type, RelatedRecord.Email, CreatedBy.Username, ' +
        'ContentVersion.Title FROM ContentDistribution WHERE CreatedDate = 2026-01-01T00:00:04Z ' +
        'ORDER BY CreatedDate, Id LIMIT 1',
    );
    const contactId = textOf(delivery?.['RelatedRecordId']);
    const email = textOf(recordOf(delivery?.['RelatedRecord'])['Email']);
    expect(delivery).toMatchObject({
      RelatedRecord: { Type: 'Contact' },
      ContentVersion: { Title: 'Proposal 10' },
      CreatedBy: { Username: 'sales10@acme.example' },
    });
    const [contact] = await sandbox.records(
      'SELECT Id, AccountId, Account.Name FROM Contact ' +
        `WHERE Email IN ('${email.toUpperCase()}', 'x')`,
    );
    expect(contact).toMatchObject({ Id: contactId, Account: { Name: 'Customer 2' } });
    const opportunities = await sandbox.column(
      `SELECT Id FROM Opportunity WHERE AccountId IN ('${contact?.['AccountId']}')`,
      'Id',
    );
    expect(opportunities).toHaveLength(1);
    const roles = `SELECT OpportunityId, Opportunity.AccountId FROM OpportunityContactRole`;
    const expected = [
      { OpportunityId: opportunities[0], Opportunity: { AccountId: contact?.['AccountId'] } },
    ];
    expect(await sandbox.records(`${roles} WHERE ContactId IN ('${contactId}')`)).toMatchObject(
      expected,
    );
    expect(await sandbox.records(`${roles} WHERE Contact.Email = '${email}'`)).toMatchObject(
      expected,
    );
    const related = `RelatedRecordId = '${contactId}'`;
    const count = await sandbox.query(`SELECT COUNT() FROM ContentDistribution WHERE ${related}`);
    expect(count.body).toMatchObject({ totalSize: 3 });
  });

  test('a page and a thousand Ids of a million rows take a fraction of a second', async () => {
    sandbox.org.generatedDeliveries({
      count: 1_000_000,
      firstAt: FIRST_AT,
      everyMs: 25,
      contacts: 50_000,
    });
    const { body } = await sandbox.query('SELECT COUNT() FROM ContentDistribution');
    expect(body).toMatchObject({ totalSize: 1_000_000 });
    const contacts = await sandbox.records(
      'SELECT Id FROM Contact ORDER BY Id LIMIT 1000 OFFSET 2000',
    );
    const ids = contacts.map((record) => `'${record['Id']}'`).join();
    // Scans would read 1,250,000 rows; with indexes, this takes about 50 ms.
    const before = process.cpuUsage();
    for (let turn = 0; turn < 5; turn += 1) {
      const roles = `SELECT Id FROM OpportunityContactRole WHERE ContactId IN (${ids})`;
      expect(await sandbox.records(roles)).toHaveLength(1000);
    }
    const page = await sandbox.records(
      'SELECT Id, ContentVersion.Title FROM ContentDistribution ' +
        'WHERE SystemModstamp >= 2026-01-01T03:00:00Z ORDER BY SystemModstamp, Id LIMIT 2000',
    );
    expect(page).toHaveLength(2000);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1500);
  });
});
