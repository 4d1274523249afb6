import type { BoundVendor } from '../db/bindings.ts';
import { UserError } from '../lib/errors.ts';

/** The configuration leads to another account than the one that the tenant is bound to. */
export class AccountChanged extends UserError {
  override readonly name = 'AccountChanged';
  readonly vendor: BoundVendor;

  constructor(vendor: BoundVendor, message: string, hint: string) {
    super(message, { hint });
    this.vendor = vendor;
  }
}

interface Change {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
}

export function orgChanged({ tenant, from, to }: Change): AccountChanged {
  return new AccountChanged(
    'salesforce',
    `${tenant} belongs to the Salesforce org ${from}, but the login leads to the org ${to}`,
    hintOf(tenant, 'salesforce.loginUrl and salesforce.auth', 'reads that org'),
  );
}

export function workspaceChanged({ tenant, from, to }: Change): AccountChanged {
  return new AccountChanged(
    'google-drive',
    `${tenant} belongs to the Google customer ${from}, but the sign-in leads to the customer ${to}`,
    hintOf(tenant, 'googleDrive.auth', 'reads that Workspace'),
  );
}

export function gongChanged(tenant: string): AccountChanged {
  return new AccountChanged(
    'gong',
    `${tenant} belongs to another Gong account than the one that gong.auth leads to`,
    hintOf(
      tenant,
      'gong.auth',
      'sends to that account; after a key rotation, nothing else changes',
    ),
  );
}

function hintOf(tenant: string, keys: string, effect: string): string {
  return (
    `Nothing was read or sent. If this is a mistake, correct ${keys}. If it is intended, run ` +
    `\`sharetrail rebind ${tenant}\`: from then on, the tenant ${effect}.`
  );
}
