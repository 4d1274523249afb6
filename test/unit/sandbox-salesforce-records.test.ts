import { beforeEach, describe, expect, test } from 'vitest';
import { isId, makeId, numberOfId, to18 } from '../../src/sandbox/salesforce/ids.ts';
import { AskedOrg } from '../support/salesforce-org.ts';

let asked: AskedOrg;

beforeEach(async () => {
  asked = await new AskedOrg().login();
});

const titles = (where = '') =>
  asked.column(`SELECT Name FROM ContentDistribution ${where} ORDER BY SystemModstamp, Id`, 'Name');

describe('Ids', () => {
  test('carry the check characters that Salesforce gives them', () => {
    // From Salesforce's own documentation of the two forms.
    expect(to18('001A0000006Vm9u')).toBe('001A0000006Vm9uIAC');
    expect(isId('001A0000006Vm9u')).toBe(true);
    expect(isId('001A0000006Vm9uIAC')).toBe(true);
    expect(isId('001A0000006Vm9uIAB')).toBe(false);
    expect(isId('001A0000006Vm9')).toBe(false);
  });

  test('ascend with their numbers, which can be read back', () => {
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
    expect(asked.org.add(type).slice(0, 3)).toBe(prefix);
  });
});

describe('writing', () => {
  test('a new record is made now by the first user, unless the story says otherwise', () => {
    const id = asked.org.add('Contact', {
      FirstName: 'Ann',
      LastName: 'Lee',
      Email: 'a@b.example',
    });
    const now = asked.clock.now();
    expect(asked.org.read(id)).toMatchObject({
      Name: 'Ann Lee',
      CreatedById: asked.org.userId,
      OwnerId: asked.org.userId,
      CreatedDate: now,
      SystemModstamp: now,
    });
    const old = asked.org.add('Contact', { CreatedDate: '2025-01-01T00:00:00Z' });
    expect(asked.org.read(old)).toMatchObject({
      SystemModstamp: Date.parse('2025-01-01T00:00:00Z'),
    });
  });

  test('an update bumps the stamps to now, and is found at once', async () => {
    const id = asked.org.add('Contact', { LastName: 'Lee', Email: 'old@b.example' });
    expect(
      await asked.column(`SELECT Id FROM Contact WHERE Email = 'new@b.example'`, 'Id'),
    ).toEqual([]);
    asked.clock.advance(60_500);
    asked.org.update(id, { Email: 'new@b.example', LastName: 'Ley' });
    expect(asked.org.read(id)).toMatchObject({
      Name: 'Ley',
      CreatedDate: asked.clock.now() - 60_500,
      SystemModstamp: asked.clock.now() - 500,
      LastModifiedDate: asked.clock.now() - 500,
    });
    expect(
      await asked.column(`SELECT Id FROM Contact WHERE Email = 'new@b.example'`, 'Id'),
    ).toEqual([id]);
    expect(
      await asked.column(`SELECT Id FROM Contact WHERE Email = 'old@b.example'`, 'Id'),
    ).toEqual([]);
  });

  test('what the org could not hold is refused', () => {
    expect(() => asked.org.add('Contact', { Nope: 1 })).toThrow('Contact has no field Nope');
    expect(() => asked.org.add('Nope')).toThrow('no object Nope');
    expect(() => asked.org.add('Contact', { AccountId: 'x' })).toThrow(
      'AccountId takes a reference',
    );
    expect(() => asked.org.add('Contact', { CreatedDate: 'soon' })).toThrow('takes a time');
    expect(() => asked.org.add('Opportunity', { CloseDate: '1.12.2026' })).toThrow('takes a date');
    expect(() => asked.org.update('003Hp00000000zz', {})).toThrow('has no record');
  });

  test('a delivery is a document, its version and a row with the act’s time and maker', () => {
    const seller = asked.org.add('User', { Username: 'sue@acme.example' });
    const at = Date.parse('2026-11-01T08:00:00Z');
    const made = asked.org.deliver({
      title: 'Offer',
      byUserId: seller,
      at,
      password: 'x',
      extension: 'docx',
    });
    expect(asked.org.read(made.deliveryId)).toMatchObject({
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
    expect(asked.org.read(made.documentId)).toMatchObject({
      LatestPublishedVersionId: made.versionId,
      SystemModstamp: at,
    });
    const again = asked.org.deliver({ title: 'Offer', documentId: made.documentId });
    expect(again).toMatchObject({ documentId: made.documentId, versionId: made.versionId });
    expect(again.deliveryId).not.toBe(made.deliveryId);
  });

  test('a view counts, and bumps the stamp only where the story says so', () => {
    const { deliveryId } = asked.org.deliver({ title: 'Offer' });
    const { SystemModstamp } = asked.org.read(deliveryId);
    asked.clock.advance(5000);
    asked.org.view(deliveryId);
    expect(asked.org.read(deliveryId)).toMatchObject({ ViewCount: 1, SystemModstamp });
    asked.org.view(deliveryId, { bumpsModstamp: true });
    expect(asked.org.read(deliveryId)).toMatchObject({
      ViewCount: 2,
      SystemModstamp: asked.clock.now(),
    });
  });
});

describe('what the API user sees', () => {
  test('a hidden row is missing without a trace, until it is shown', async () => {
    const { deliveryId } = asked.org.deliver({ title: 'Hidden' });
    asked.org.deliver({ title: 'Seen' });
    asked.org.hide(deliveryId);
    expect(await titles()).toEqual(['Seen']);
    expect(await titles(`WHERE Id = '${deliveryId}'`)).toEqual([]);
    const { body } = await asked.query('SELECT COUNT() FROM ContentDistribution');
    expect(body).toMatchObject({ totalSize: 1 });
    asked.org.show(deliveryId);
    expect(await titles()).toEqual(['Hidden', 'Seen']);
  });

  test('a late row becomes visible later than its stamp says', async () => {
    const { deliveryId } = asked.org.deliver({ title: 'Late' });
    const stamp = asked.clock.now();
    asked.org.showAt(deliveryId, stamp + 90_000);
    asked.clock.advance(89_999);
    expect(await titles()).toEqual([]);
    asked.clock.advance(1);
    expect(await titles()).toEqual(['Late']);
    expect(asked.org.read(deliveryId)).toMatchObject({ SystemModstamp: stamp });
  });

  test('a deleted row is found by no query, and whoever refers to it finds null', async () => {
    const contact = asked.org.add('Contact', { LastName: 'Gone' });
    const { deliveryId } = asked.org.deliver({ title: 'Offer', relatedTo: contact });
    asked.org.remove(contact);
    expect(await asked.records('SELECT Id FROM Contact')).toEqual([]);
    const [record] = await asked.records(
      'SELECT RelatedRecordId, RelatedRecord.Type FROM ContentDistribution',
    );
    expect(record).toMatchObject({ RelatedRecordId: contact, RelatedRecord: null });
    asked.org.remove(deliveryId);
    expect(await titles('WHERE IsDeleted = true')).toEqual([]);
    expect(asked.org.read(deliveryId)).toMatchObject({ IsDeleted: true });
  });

  test('with deliveries switched off the object does not exist', async () => {
    asked.org.deliver({ title: 'Offer' });
    asked.org.setDeliveries('off');
    const refused = await asked.refusal('SELECT Id FROM ContentDistribution');
    expect(refused).toMatchObject({ status: 400, code: 'INVALID_TYPE' });
    asked.org.setDeliveries('on');
    expect(await titles()).toEqual(['Offer']);
  });

  test('without the right to an object neither it nor a way through it exists', async () => {
    asked.org.deliver({ title: 'Offer' });
    asked.org.denyObject('ContentVersion');
    expect((await asked.refusal('SELECT Id FROM ContentVersion')).code).toBe('INVALID_TYPE');
    const through = await asked.refusal('SELECT ContentVersion.Title FROM ContentDistribution');
    expect(through.code).toBe('INVALID_FIELD');
    asked.org.allowObject('ContentVersion');
    expect(
      await asked.records('SELECT ContentVersion.Title FROM ContentDistribution'),
    ).toHaveLength(1);
  });
});
