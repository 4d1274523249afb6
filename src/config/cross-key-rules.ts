import { isLoopbackHost } from './addresses.ts';
import type { Finding } from './explain-zod-issues.ts';
import type { KeyPath } from './key-path.ts';
import type { Lookup } from './validate-document.ts';

/** Rules between the keys of a tenant's file. Pure; `lookup` may give values of any type. */
export function checkTenant(
  lookup: Lookup,
  context: { readonly fileName: string; readonly hasSecretKey: boolean },
): Finding[] {
  return [
    ...checkName(lookup, context.fileName),
    ...checkSalesforce(lookup),
    ...checkDrive(lookup),
    ...checkGong(lookup, context.hasSecretKey),
  ];
}

/** Rules between the keys of `sharetrail.yaml`. */
export function checkService(lookup: Lookup): Finding[] {
  const host = lookup('http', 'host');
  const open = typeof host === 'string' && !isLoopbackHost(host);
  if (!open || lookup('http', 'token') !== undefined) return [];
  return finding(['http', 'host'], 'other machines can reach this host: set http.token too');
}

function checkName(lookup: Lookup, fileName: string): Finding[] {
  const tenant = lookup('tenant');
  if (typeof tenant !== 'string' || tenant === fileName) return [];
  return finding(['tenant'], `expected ${fileName}, as the file is named`);
}

/**
 * Salesforce help, "OAuth 2.0 Client Credentials Flow": it works at the My Domain only.
 * "My Domain URL Formats": *.lightning.force.com serves pages, logins go to *.my.salesforce.com.
 */
function checkSalesforce(lookup: Lookup): Finding[] {
  const path = ['salesforce', 'loginUrl'];
  const loginUrl = lookup(...path);
  const url = typeof loginUrl === 'string' ? URL.parse(loginUrl) : null;
  if (url === null) return [];
  if (url.hostname.endsWith('.lightning.force.com')) {
    return finding(path, 'logins go to the My Domain: https://….my.salesforce.com');
  }
  const general = ['login.salesforce.com', 'test.salesforce.com'].includes(url.hostname);
  if (general && lookup('salesforce', 'auth', 'flow') === 'client-credentials') {
    return finding(
      path,
      'flow client-credentials needs the My Domain: https://….my.salesforce.com',
    );
  }
  return [];
}

/** A refresh token reads one user's Drive: no audit log, no other user, no drive as a member. */
function checkDrive(lookup: Lookup): Finding[] {
  if (lookup('googleDrive', 'auth', 'flow') !== 'refresh-token') return [];
  const findings: Finding[] = [];
  const detect = lookup('googleDrive', 'detect');
  if (Array.isArray(detect) && detect.includes('audit-log')) {
    const path = ['googleDrive', 'detect', detect.indexOf('audit-log')];
    findings.push({
      at: 'value',
      path,
      message: 'flow refresh-token cannot read the audit log: [changes]',
    });
  }
  const drives = lookup('googleDrive', 'sharedDrives');
  if (drives !== undefined && drives !== 'none') {
    const message = 'flow refresh-token reads no shared drive: none, or leave the key out';
    findings.push({ at: 'value', path: ['googleDrive', 'sharedDrives'], message });
  }
  const users = lookup('googleDrive', 'users');
  if (Array.isArray(users) && users.length > 1) {
    const message = 'flow refresh-token reads only the user who granted it: leave the key out';
    findings.push({ at: 'value', path: ['googleDrive', 'users'], message });
  }
  return findings;
}

/** Gong's refresh tokens are single-use: without a place for the next one, the second run fails. */
function checkGong(lookup: Lookup, hasSecretKey: boolean): Finding[] {
  if (lookup('gong', 'auth', 'flow') !== 'oauth' || hasSecretKey) return [];
  const message =
    'flow oauth needs secretKey in sharetrail.yaml: it encrypts the tokens that are kept';
  return finding(['gong', 'auth', 'flow'], message);
}

function finding(path: KeyPath, message: string): Finding[] {
  return [{ at: 'value', path, message }];
}
