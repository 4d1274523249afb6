import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/db/run-report.ts';
import { findActionable, retryEvents } from '../../src/operator/retry-and-skip.ts';
import { type DriveWorld, startDriveWorld } from '../support/drive-world.ts';

const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOT_FILTERABLE =
  "Salesforce returned INVALID_FIELD: field 'Email' can not be filtered in a query call";

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld({ detect: ['audit-log'] });
  const { tenant } = world;
  world.tenant = { ...tenant, salesforce: { ...tenant.salesforce, contentDistributions: true } };
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

function shareWith(email: string, name = 'Pricing'): void {
  const file = world.google.createFile({ name, owner: ann });
  const at = world.clock.now() - 10 * MINUTE_MS;
  world.google.share(file, { to: email, by: ann, role: 'writer', at });
}

function configureCrm(crm: Partial<DriveWorld['tenant']['crm']>): void {
  world.tenant = { ...world.tenant, crm: { ...world.tenant.crm, ...crm } };
}

async function statesOf(): Promise<string[]> {
  const events = await world.events();
  return events.map(({ source, state, reason }) => `${source} ${state} ${reason ?? ''}`.trim());
}

function errorsOf({ errors }: RunReport): string[] {
  return errors.map(({ stage, message }) => `${stage}: ${message}`);
}

describe('a field that Shield encrypts so that no query can filter by it', () => {
  test.each(['Contact', 'Lead'])(
    '%s.Email: Drive is read and its shares are held',
    async (type) => {
      const { salesforce } = world.sandbox;
      salesforce.encryptField(type, 'Email');
      const contact = salesforce.add('Contact', { LastName: 'Byron', Email: ADA });
      salesforce.deliver({ title: 'Deck', relatedTo: contact });
      shareWith(ADA);
      const report = await world.sync();
      expect(report).toMatchObject({ outcome: 'partial', held: 1, queued: 1 });
      expect(errorsOf(report)).toEqual([
        `crm: ${type}s by Email cannot be looked up: ${NOT_FILTERABLE}`,
      ]);
      expect(report.errors[0]?.hint).toMatch(/deterministic encryption.*case insensitive/);
      expect((await statesOf()).toSorted()).toEqual([
        'google-drive held lookup-refused',
        'salesforce pending',
      ]);

      // The hold does not end as for a share without a record: no one knows whether it has one.
      world.clock.advance(30 * DAY_MS);
      shareWith(ADA, 'Later');
      expect(await world.sync()).toMatchObject({ outcome: 'partial', held: 1, queued: 0 });

      salesforce.decryptField(type, 'Email');
      expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 2, errors: [] });
      const [event] = await world.events();
      expect(event).toMatchObject({ match: { matched: true }, errors: [] });
    },
  );

  test('Account.Website concerns only people whom no record has', async () => {
    configureCrm({ matchAccountByDomain: true, holdDays: 3 });
    const { salesforce } = world.sandbox;
    salesforce.encryptField('Account', 'Website');
    salesforce.add('Contact', { LastName: 'Byron', Email: ADA });
    shareWith(ADA, 'Known');
    shareWith(BEN, 'Unknown');
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', held: 1, queued: 1 });
    expect(report.errors).toMatchObject([
      {
        stage: 'crm',
        message: expect.stringContaining("field 'Website' can not be filtered in a query call"),
        hint: expect.stringContaining('crm.matchAccountByDomain: false'),
      },
    ]);
    configureCrm({ matchAccountByDomain: false });
    expect(await world.sync()).toMatchObject({ outcome: 'ok' });
    expect((await statesOf()).toSorted()).toEqual([
      'google-drive held unmatched',
      'google-drive pending',
    ]);
  });
});

describe('a field that the integration user cannot see', () => {
  test.each([
    ['Contact', 'Title'],
    ['Lead', 'Email'],
    ['Opportunity', 'CloseDate'],
    ['OpportunityContactRole', 'IsPrimary'],
  ])('%s.%s holds the shares that need it', async (type, field) => {
    const { salesforce } = world.sandbox;
    salesforce.denyField(type, field);
    const AccountId = salesforce.add('Account');
    const contact = salesforce.add('Contact', { LastName: 'Byron', Email: ADA, AccountId });
    salesforce.add('Opportunity', { AccountId });
    salesforce.deliver({ title: 'Deck', relatedTo: contact });
    shareWith(ADA);
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', skipped: {} });
    expect(report.errors.map(({ stage }) => stage)).toContain('crm');
    expect(report.errors[0]?.message).toContain(`No such column '${field}' on entity '${type}'`);
    expect(report.errors[0]?.hint).toContain('Field Permissions');
    expect(await statesOf()).toContain('google-drive held lookup-refused');
    expect(report.held + report.queued).toBe(2);
    salesforce.allowField(type, field);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: report.held });
  });

  test('retry does not take it for "no match"', async () => {
    world.sandbox.salesforce.denyField('Contact', 'Email');
    shareWith(ADA);
    await world.sync();
    const context = await world.context();
    const [event] = await world.events();
    const eventIds = [event?.eventId ?? ''];
    const events = await findActionable(context, [world.tenant], { eventIds, action: 'retry' });
    const { signal } = new AbortController();
    await expect(retryEvents(context, world.tenant, { events, signal })).rejects.toThrow(
      /Contacts by Email cannot be looked up/,
    );
    expect(await statesOf()).toEqual(['google-drive held lookup-refused']);
  });

  test('what no record decides is decided all the same', async () => {
    world.sandbox.salesforce.denyField('Contact', 'Email');
    const partner = 'pat@partner.example';
    const file = world.google.createFile({ name: 'Deck', owner: ann });
    const at = world.clock.now() - 10 * MINUTE_MS;
    world.google.share(file, { to: ADA, by: partner, role: 'reader', at });
    expect(await world.sync()).toMatchObject({ held: 0, skipped: { 'external-sharer': 1 } });
  });
});
