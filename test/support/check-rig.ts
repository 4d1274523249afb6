import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { type CheckOptions, check } from '../../src/operator/check/check.ts';
import type { Check, CheckArea, CheckStatus } from '../../src/operator/check/types.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { type DriveWorld, startDriveWorld } from './drive-world.ts';

const ENOUGH_BYTES = 10_000_000_000;

/** A company with people, a delivery, a Drive, and a shared drive, in which every check is ok. */
export interface CheckWorld extends DriveWorld {
  /** a user besides the administrator and the integration user */
  readonly ann: string;
  readonly driveId: string;
  /** the records that sharing rules and file access could hide from the integration user */
  readonly hideable: readonly string[];
  /** of the database */
  readonly folder: string;
  check(options?: Partial<CheckOptions>): Promise<readonly Check[]>;
}

export async function startCheckWorld(): Promise<CheckWorld> {
  const drive = await startDriveWorld();
  const { google, domain, sandbox } = drive;
  const ann = google.addUser(`ann@${domain}`);
  const driveId = google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
  const { salesforce: org } = sandbox;
  const user = org.add('User', { LastName: 'Ann', Username: ann, Email: ann });
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  const { deliveryId } = org.deliver({ title: 'Offer', relatedTo: contact, at: drive.start });
  drive.tenant = withSalesforce(drive.tenant, { contentDistributions: true });
  return Object.assign(drive, {
    ann,
    driveId,
    hideable: [user, deliveryId],
    folder: (await drive.context()).config.dir,
    check: async (options: Partial<CheckOptions> = {}) =>
      check({ ...(await defaultsOf(drive)), ...options }),
  });
}

export function withSalesforce(
  tenant: TenantConfig,
  salesforce: Partial<TenantConfig['salesforce']>,
): TenantConfig {
  return { ...tenant, salesforce: { ...tenant.salesforce, ...salesforce } };
}

export function withGong(tenant: TenantConfig, gong: Partial<TenantConfig['gong']>): TenantConfig {
  return { ...tenant, gong: { ...tenant.gong, ...gong } };
}

async function defaultsOf(world: DriveWorld): Promise<CheckOptions> {
  const { config } = await world.context();
  return {
    config: { ...config, faulty: [] } as Config,
    tenants: [world.tenant],
    faulty: [],
    clock: world.clock,
    log: silentLogger,
    nextDue,
    signal: new AbortController().signal,
    freeBytes: () => ENOUGH_BYTES,
  };
}

/** `gong endpoint failed`, for the checks that are not ok. */
export function problemsIn(checks: readonly Check[]): string[] {
  return checks
    .filter(({ status }) => status !== 'ok')
    .map(({ area, name, status }) => `${area} ${name} ${status}`);
}

export function findCheck(
  checks: readonly Check[],
  { area, name }: { readonly area: CheckArea; readonly name: string },
): Check | undefined {
  return checks.find((each) => each.area === area && each.name === name);
}

export function statusesIn(checks: readonly Check[], area: CheckArea): Set<CheckStatus> {
  return new Set(checks.filter((each) => each.area === area).map(({ status }) => status));
}

/** Removes exactly one thing; the check of that name says what to do about it. */
export type CheckCase = readonly [name: string, hint: RegExp, remove: (world: CheckWorld) => void];

export async function expectFailure(
  world: CheckWorld,
  area: CheckArea,
  [name, hint, remove]: CheckCase,
): Promise<void> {
  remove(world);
  const checks = await world.check();
  expect(findCheck(checks, { area, name }), JSON.stringify(checks)).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(/\S/),
    hint: expect.stringMatching(hint),
  });
}

/** A valid PEM that no vendor knows. */
export const anotherKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;
