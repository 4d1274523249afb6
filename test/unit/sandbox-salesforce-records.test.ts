import { beforeEach, describe, expect, test } from 'vitest';
import { isId, makeId, numberOfId, to18 } from '../../src/sandbox/salesforce/ids.ts';
import { SalesforceSandbox } from '../support/salesforce-sandbox.ts';

let sandbox: SalesforceSandbox;

beforeEach(async () => {
  sandbox = await new SalesforceSandbox().login();
});

const titles = (where = '') =>
  sandbox.column(
    `SELECT Name FROM ContentDistribution ${where} ORDER BY SystemModstamp, Id`,
    'Name',
  );

describe('Ids', () => {
  test('have the same check characters as in Salesforce', () => {
    // From Salesforce's documentation of the two forms.
    expect(to18('001A0000006Vm9u')).toBe('001A0000006Vm9uIAC');
    expect(isId('001A0000006Vm9u')).toBe(true);
    expect(isId('001A0000006Vm9uIAC')).toBe(true);
    expect(isId('001A0000006Vm9uIAB')).toBe(false);
    expect(isId('001A0000006Vm9')).toBe(false);
  });

  test('ascend with their numbers, which can be decoded', () => {
    const numbers = [0, 1, 9, 10, 35, 36, 61, 62, 3843, 3844, 1_000_000];
    const ids = numbers.map((number) => makeId('05D', number));
    expect([...ids].sort()).toEqual(ids);
    expect(ids.map((id) => numberOfId(id, 'Hp'))).toEqual(numbers);
    expect(numberOfId(ids[3] ?? '', 'Hq')).toBeUndefined();
  });

  test.each([
    ['Account', '001'],
    ['Contact', '003'],
    ['Lead', '00Q'],
    ['Opportunity', '006'],
    ['OpportunityContactRole', '00K'],
    ['Case', '500'],
    ['ContentDistribution', '05D'],
    ['ContentVersion', '068'],
    ['ContentDocument', '069'],
    ['User', '005'],
  ])('%s has the key prefix %s', (type, prefix) => {
    expect(sandbox.org.add(type).slice(0, 3)).toBe(prefix);
  });
});

describe('writing', () => {
  test('a new record is created now by the first user, unless its values differ', () => {
    const id = sandbox.org.add('Contact', {
      FirstName: 'Ann',
      LastName: 'Lee',
      Email: 'a@b.example',
    });
    const now = sandbox.clock.now();
    expect(sandbox.org.read(id)).toMatchObject({
      Name: 'Ann Lee',
      CreatedById: sandbox.org.userId,
      OwnerId: sandbox.org.userId,
      CreatedDate: now,
      SystemModstamp: now,
    });
    const old = sandbox.org.add('Contact', { CreatedDate: '2025-01-01T00:00:00Z' });
    expect(sandbox.org.read(old)).toMatchObject({
      SystemModstamp: Date.parse('2025-01-01T00:00:00Z'),
    });
  });

  test('an update sets the timestamps to now, and is found immediately', async () => {
    const id = sandbox.org.add('Contact', { LastName: 'Lee', Email: 'old@b.example' });
    expect(
      await sandbox.column(`SELECT Id FROM Contact WHERE Email = 'new@b.example'`, 'Id'),
    ).toEqual([]);
    sandbox.clock.advance(60_500);
    sandbox.org.update(id, { Email: 'new@b.example', LastName: 'Ley' });
    expect(sandbox.org.read(id)).toMatchObject({
      Name: 'Ley',
      CreatedDate: sandbox.clock.now() - 60_500,
      SystemModstamp: sandbox.clock.now() - 500,
      LastModifiedDate: sandbox.clock.now() - 500,
    });
    expect(
      await sandbox.column(`SELECT Id FROM Contact WHERE Email = 'new@b.example'`, 'Id'),
    ).toEqual([id]);
    expect(
      await sandbox.column(`SELECT Id FROM Contact WHERE Email = 'old@b.example'`, 'Id'),
    ).toEqual([]);
  });

  test('values that do not fit the org are rejected', () => {
    expect(() => sandbox.org.add('Contact', { Nope: 1 })).toThrow('Contact has no field Nope');
    expect(() => sandbox.org.add('Nope')).toThrow('no object Nope');
    expect(() => sandbox.org.add('Contact', { AccountId: 'x' })).toThrow(
      'AccountId takes a reference',
    );
    expect(() => sandbox.org.add('Contact', { CreatedDate: 'soon' })).toThrow('takes a time');
    expect(() => sandbox.org.add('Opportunity', { CloseDate: '1.12.2026' })).toThrow(
      'takes a date',
    );
    expect(() => sandbox.org.update('003Hp00000000zz', {})).toThrow('has no record');
  });

  test('a delivery is a document, its version, and a row with the same time and creator', () => {
    const seller = sandbox.org.add('User', { Username: 'sue@acme.example' });
    const at = Date.parse('2026-11-01T08:00:00Z');
    const made = sandbox.org.deliver({
      title: 'Offer',
      byUserId: seller,
      at,
      password: 'x',
      extension: 'docx',
    });
    expect(sandbox.org.read(made.deliveryId)).toMatchObject({
      Name: 'Offer',
      CreatedById: seller,
      CreatedDate: at,
      SystemModstamp: at,
      ContentDocumentId: made.documentId,
      ContentVersionId: made.versionId,
      RelatedRecordId: null,
      PreferencesPasswordRequired: true,
      PreferencesExpires: false,
      DistributionPublicUrl: expect.stringMatching(/^https:\/\//),
    });
    expect(sandbox.org.read(made.documentId)).toMatchObject({
      LatestPublishedVersionId: made.versionId,
      SystemModstamp: at,
    });
    const again = sandbox.org.deliver({ title: 'Offer', documentId: made.documentId });
    expect(again).toMatchObject({ documentId: made.documentId, versionId: made.versionId });
    expect(again.deliveryId).not.toBe(made.deliveryId);
  });

  test('a view is counted, and updates the timestamp only on request', () => {
    const { deliveryId } = sandbox.org.deliver({ title: 'Offer' });
    const { SystemModstamp } = sandbox.org.read(deliveryId);
    sandbox.clock.advance(5000);
    sandbox.org.view(deliveryId);
    expect(sandbox.org.read(deliveryId)).toMatchObject({ ViewCount: 1, SystemModstamp });
    sandbox.org.view(deliveryId, { bumpsModstamp: true });
    expect(sandbox.org.read(deliveryId)).toMatchObject({
      ViewCount: 2,
      SystemModstamp: sandbox.clock.now(),
    });
  });
});

describe('what the API user sees', () => {
  test('a hidden row is missing until it is shown', async () => {
    const { deliveryId } = sandbox.org.deliver({ title: 'Hidden' });
    sandbox.org.deliver({ title: 'Seen' });
    sandbox.org.hide(deliveryId);
    expect(await titles()).toEqual(['Seen']);
    expect(await titles(`WHERE Id = '${deliveryId}'`)).toEqual([]);
    const { body } = await sandbox.query('SELECT COUNT() FROM ContentDistribution');
    expect(body).toMatchObject({ totalSize: 1 });
    sandbox.org.show(deliveryId);
    expect(await titles()).toEqual(['Hidden', 'Seen']);
  });

  test('a late row becomes visible later than its timestamp', async () => {
    const { deliveryId } = sandbox.org.deliver({ title: 'Late' });
    const stamp = sandbox.clock.now();
    sandbox.org.showAt(deliveryId, stamp + 90_000);
    sandbox.clock.advance(89_999);
    expect(await titles()).toEqual([]);
    sandbox.clock.advance(1);
    expect(await titles()).toEqual(['Late']);
    expect(sandbox.org.read(deliveryId)).toMatchObject({ SystemModstamp: stamp });
  });

  test('no query finds a deleted row, and references to it read null', async () => {
    const contact = sandbox.org.add('Contact', { LastName: 'Gone' });
    const { deliveryId } = sandbox.org.deliver({ title: 'Offer', relatedTo: contact });
    sandbox.org.remove(contact);
    expect(await sandbox.records('SELECT Id FROM Contact')).toEqual([]);
    const [record] = await sandbox.records(
      'SELECT RelatedRecordId, RelatedRecord.Type FROM ContentDistribution',
    );
    expect(record).toMatchObject({ RelatedRecordId: contact, RelatedRecord: null });
    sandbox.org.remove(deliveryId);
    expect(await titles('WHERE IsDeleted = true')).toEqual([]);
    expect(sandbox.org.read(deliveryId)).toMatchObject({ IsDeleted: true });
  });

  test('with deliveries turned off, the object does not exist', async () => {
    sandbox.org.deliver({ title: 'Offer' });
    sandbox.org.setDeliveries('off');
    const refused = await sandbox.refusal('SELECT Id FROM ContentDistribution');
    expect(refused).toMatchObject({ status: 400, code: 'INVALID_TYPE' });
    sandbox.org.setDeliveries('on');
    expect(await titles()).toEqual(['Offer']);
  });

  test('without access to an object, neither the object nor a path through it exists', async () => {
    sandbox.org.deliver({ title: 'Offer' });
    sandbox.org.denyObject('ContentVersion');
    expect((await sandbox.refusal('SELECT Id FROM ContentVersion')).code).toBe('INVALID_TYPE');
    const through = await sandbox.refusal('SELECT ContentVersion.Title FROM ContentDistribution');
    expect(through.code).toBe('INVALID_FIELD');
    sandbox.org.allowObject('ContentVersion');
    expect(
      await sandbox.records('SELECT ContentVersion.Title FROM ContentDistribution'),
    ).toHaveLength(1);
  });
});
