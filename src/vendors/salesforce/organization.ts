import { z } from 'zod';
import { SalesforceError } from './errors.ts';
import type { Row } from './responses.ts';
import type { SalesforceClient } from './salesforce-client.ts';
import { requiredId } from './zod-fields.ts';

const QUERY = 'SELECT Id, IsSandbox FROM Organization';
/** Enhanced domains: sandboxes and scratch orgs have their own kind of My Domain. */
const SANDBOX_HOST = /\.(?:sandbox|scratch)\.my\.salesforce\.com$/;

const organizationRow = z.object({ Id: requiredId, IsSandbox: z.boolean() });

export interface Organization {
  /** 18 characters; undefined if neither the login nor the record names it */
  readonly orgId: string | undefined;
  readonly isSandbox: boolean;
}

/**
 * The org's own record, in one call. If the integration user may not read it, the login and the
 * address of the instance are used instead. Throws what the client throws.
 */
export async function readOrganization(client: SalesforceClient): Promise<Organization> {
  const loginOrgId = await client.orgId();
  try {
    const parse = (row: Row) => organizationRow.safeParse(row);
    for await (const [parsed] of client.queryPages(QUERY, parse)) {
      if (!parsed?.success) continue;
      const { Id, IsSandbox: isSandbox } = parsed.data;
      return { orgId: loginOrgId ?? Id, isSandbox };
    }
  } catch (error) {
    if (!(error instanceof SalesforceError) || !DENIED.has(error.code)) throw error;
  }
  const { hostname } = new URL(await client.instanceUrl());
  return { orgId: loginOrgId, isSandbox: SANDBOX_HOST.test(hostname) };
}

/** The object or its field does not exist for this user. */
const DENIED: ReadonlySet<string> = new Set([
  'INVALID_TYPE',
  'INVALID_FIELD',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
]);
