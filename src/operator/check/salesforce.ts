import pLimit from 'p-limit';
import type { TenantConfig } from '../../config/types.ts';
import { refusedLookUp } from '../../crm/refused-look-ups.ts';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { numberText } from '../../lib/format.ts';
import type { RunCounters } from '../../runs/counters.ts';
import type { Connections } from '../../runs/vendor-clients.ts';
import { explainHiddenDeliveries } from '../../sources/salesforce/delivery-batches.ts';
import type { ApiUsage } from '../../vendors/salesforce/api-usage.ts';
import { SalesforceError } from '../../vendors/salesforce/errors.ts';
import { readOrganization } from '../../vendors/salesforce/organization.ts';
import type { Row } from '../../vendors/salesforce/responses.ts';
import type { SalesforceClient } from '../../vendors/salesforce/salesforce-client.ts';
import type { AreaChecks } from './area-checks.ts';
import { clockWarning } from './clock-warning.ts';
import { CHECK_LIMITS } from './limits.ts';
import { type ReadObject, readObjects } from './salesforce-objects.ts';
import { type Finding, failed, ok, warning } from './types.ts';

export interface SalesforceOptions {
  readonly tenant: TenantConfig;
  readonly connections: Pick<Connections, 'salesforce' | 'accounts'>;
  /** the login's warnings about refresh tokens */
  readonly counters: RunCounters;
  readonly clock: Clock;
}

const VISIBLE_DELIVERY = 'SELECT Id FROM ContentDistribution LIMIT 1';

/**
 * 1. Log in; 2. identify the org; 3. call the API; 4. run each query of a run, so that everything it
 * reads is readable.
 */
export async function checkSalesforce(
  checks: AreaChecks,
  { tenant, connections, counters, clock }: SalesforceOptions,
): Promise<void> {
  const { salesforce: client, accounts } = connections;
  const { contentDistributions } = tenant.salesforce;
  const { matchAccountByDomain } = tenant.crm;
  const objects = readObjects({ contentDistributions, matchAccountByDomain, now: clock.now() });
  const rest = objects.map(({ name }) => name);
  const login = await checks.probe('login', () => client.instanceUrl(), signedIn);
  for (const { message, hint } of counters.errors) {
    checks.add('refresh token', { status: 'failed', message, hint });
  }
  if (login === undefined) {
    return checks.skip(['account', 'API', 'API calls', ...rest], 'the login failed');
  }
  const skew = clockWarning(client.now(), clock.now());
  if (skew) checks.add('clock', skew);
  const isTheOrg = await checks.probe('account', () => accounts.org(), orgFinding);
  const api = await checks.probe(
    'API',
    () => readOrganization(client),
    () => ok(`responds with version ${tenant.salesforce.apiVersion}`),
  );
  addUsage(checks, client.usage);
  if (isTheOrg === undefined || api === undefined) {
    const cause = api === undefined ? 'the API refuses every call' : 'the account is not verified';
    return checks.skip(rest, cause);
  }
  await checkObjects(checks, client, objects);
}

function signedIn(instanceUrl: string): Finding {
  return ok(`logged in to ${instanceUrl}`);
}

function orgFinding(org: Awaited<ReturnType<Connections['accounts']['org']>>): Finding {
  if (org !== undefined) {
    return ok(`the org ${org.orgId}${org.isSandbox ? ', a sandbox' : ''}`);
  }
  return warning(
    'Salesforce does not name the org, so a later change of org is not noticed',
    'Give the integration user Read on Organization, or check salesforce.loginUrl.',
  );
}

function addUsage(checks: AreaChecks, usage: ApiUsage | undefined): void {
  if (usage === undefined) checks.skip(['API calls'], 'Salesforce did not report them');
  else checks.add('API calls', usageFinding(usage));
}

function usageFinding({ used, limit }: ApiUsage): Finding {
  const left = Math.max(0, limit - used);
  const text = `${numberText(left)} of ${numberText(limit)} API calls of the last 24 hours are left`;
  const hint =
    'All integrations of the org share them. See Setup > System Overview, or buy more calls.';
  if (left === 0) return failed(text, hint);
  return left < limit * CHECK_LIMITS.apiCallsPartLow ? warning(text, hint) : ok(text);
}

/** All queries together take a few billed calls. Only after a refusal, each is sent alone. */
async function checkObjects(
  checks: AreaChecks,
  client: SalesforceClient,
  objects: readonly ReadObject[],
): Promise<void> {
  const soqls = objects.flatMap(({ reads }) => reads.map(({ soql }) => soql));
  const hasDeliveries = objects.some(({ name }) => name === 'ContentDistribution');
  const all = hasDeliveries ? [...soqls, VISIBLE_DELIVERY] : soqls;
  try {
    const rows = await client.queryBatch(all);
    const visible = hasDeliveries ? rows.at(-1) : undefined;
    for (const object of objects) {
      const own = rows.splice(0, object.reads.length);
      checks.add(object.name, readableFinding(object, { rows: own[0] ?? [], visible }));
    }
  } catch (error) {
    if (!(error instanceof SalesforceError)) {
      checks.fail('objects', error);
      return checks.skip(
        objects.map(({ name }) => name),
        'the queries failed',
      );
    }
    await checkEach(checks, client, objects);
  }
}

async function checkEach(
  checks: AreaChecks,
  client: SalesforceClient,
  objects: readonly ReadObject[],
): Promise<void> {
  const limit = pLimit(CHECK_LIMITS.requestsAtOnceMax);
  const results = await Promise.allSettled(
    objects.map((object) => limit(() => readObject(client, object))),
  );
  for (const [index, object] of objects.entries()) {
    const result = results[index];
    if (result?.status === 'rejected') checks.fail(object.name, result.reason);
    else {
      checks.add(
        object.name,
        readableFinding(object, { rows: result?.value ?? [], visible: undefined }),
      );
    }
  }
}

/** The rows of the first query. Throws an error that names every field that cannot be read. */
async function readObject(client: SalesforceClient, object: ReadObject): Promise<Row[]> {
  let first: Row[] | undefined;
  for (const { soql, kind } of object.reads) {
    try {
      const [rows = []] = await client.queryBatch([soql]);
      first ??= rows;
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      const denied = error.code === 'INVALID_FIELD' ? await deniedFields(client, object) : [];
      if (denied.length > 0) throw fieldsDenied(object, denied);
      if (kind !== undefined && error.code === 'INVALID_FIELD') throw refusedLookUp(kind, error);
      throw error.code === 'INVALID_TYPE' ? objectDenied(object, error) : error;
    }
  }
  return first ?? [];
}

async function deniedFields(client: SalesforceClient, { name, fields }: ReadObject) {
  const limit = pLimit(CHECK_LIMITS.requestsAtOnceMax);
  const results = await Promise.all(
    fields.map((field) => limit(() => isReadable(client, `SELECT ${field} FROM ${name} LIMIT 1`))),
  );
  return fields.filter((_field, index) => !results[index]);
}

async function isReadable(client: SalesforceClient, soql: string): Promise<boolean> {
  try {
    await client.queryBatch([soql]);
    return true;
  } catch (error) {
    if (error instanceof SalesforceError && error.code === 'INVALID_FIELD') return false;
    throw error;
  }
}

function fieldsDenied({ name, access }: ReadObject, fields: readonly string[]): UserError {
  const list = fields.join(', ');
  return new UserError(`the integration user cannot read these fields of ${name}: ${list}`, {
    hint: `Setup > Permission Sets > the integration user's permission set. ${access}`,
  });
}

function objectDenied({ name, access }: ReadObject, error: SalesforceError): unknown {
  const explained = explainHiddenDeliveries(error);
  if (explained !== error) return explained;
  return new UserError(`the integration user cannot read the object ${name}: ${error.message}`, {
    hint: `Setup > Permission Sets > the integration user's permission set. ${access}`,
    cause: error,
  });
}

function readableFinding(
  { name, reads, fields }: ReadObject,
  { rows, visible }: { readonly rows: readonly Row[]; readonly visible: Row[] | undefined },
): Finding {
  if (name === 'ContentDistribution' && visible?.length === 0) {
    return warning(
      'readable, but this user sees no delivery',
      'If people have made deliveries, give the integration user access to the files: make it a ' +
        'member of their libraries, or give it "Query All Files" (README, step 1).',
    );
  }
  if (name === 'User' && rows.length < 2) {
    return warning(
      'the integration user sees no other user, so shares have no sharer',
      'Give the permission "View All Users" in the permission set of the integration user.',
    );
  }
  return ok(`${fields.length} fields can be read${reads.length > 1 ? ' and filtered' : ''}`);
}
