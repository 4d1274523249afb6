import { isLoopbackHost } from './addresses.ts';
import type { KeyProblem } from './config-error.ts';
import type { KeyPath } from './key-path.ts';
import type { FindValue } from './validate-document.ts';

/** Rules between the keys of a tenant's file. */
export function checkTenant(
  find: FindValue,
  context: { readonly fileName: string | undefined; readonly hasSecretKey: boolean },
): KeyProblem[] {
  return [
    ...checkName(find, context.fileName),
    ...checkSalesforce(find),
    ...checkDrive(find),
    ...checkGong(find, context.hasSecretKey),
  ];
}

/** Rules between the keys of `sharetrail.yaml`. */
export function checkService(find: FindValue): KeyProblem[] {
  const host = find('http', 'host');
  const isOpen = typeof host === 'string' && !isLoopbackHost(host);
  if (!isOpen || find('http', 'token') !== undefined) return [];
  return [problem(['http', 'host'], 'other machines can reach this host: set http.token too')];
}

function checkName(find: FindValue, fileName: string | undefined): KeyProblem[] {
  const tenant = find('tenant');
  if (typeof tenant !== 'string' || fileName === undefined || tenant === fileName) return [];
  return [problem(['tenant'], `expected ${fileName}, the name of the file`)];
}

/**
 * Salesforce help, "OAuth 2.0 Client Credentials Flow": it works at the My Domain only.
 * "My Domain URL Formats": *.lightning.force.com serves pages, logins go to *.my.salesforce.com.
 */
function checkSalesforce(find: FindValue): KeyProblem[] {
  const path = ['salesforce', 'loginUrl'];
  const loginUrl = find(...path);
  const url = typeof loginUrl === 'string' ? URL.parse(loginUrl) : null;
  if (url === null) return [];
  if (url.hostname.endsWith('.lightning.force.com')) {
    return [problem(path, 'logins go to the My Domain: https://….my.salesforce.com')];
  }
  const isGeneral = ['login.salesforce.com', 'test.salesforce.com'].includes(url.hostname);
  if (isGeneral && find('salesforce', 'auth', 'flow') === 'client-credentials') {
    const message = 'flow client-credentials needs the My Domain: https://….my.salesforce.com';
    return [problem(path, message)];
  }
  return [];
}

/** A refresh token reads one user's Drive: no audit log, no other user, no drive as a member. */
function checkDrive(find: FindValue): KeyProblem[] {
  if (find('googleDrive', 'auth', 'flow') !== 'refresh-token') return [];
  const problems: KeyProblem[] = [];
  const detect = find('googleDrive', 'detect');
  if (Array.isArray(detect) && detect.includes('audit-log')) {
    const path = ['googleDrive', 'detect', detect.indexOf('audit-log')];
    problems.push(problem(path, 'flow refresh-token cannot read the audit log: use [changes]'));
  }
  const drives = find('googleDrive', 'sharedDrives');
  if (drives !== undefined && drives !== 'none') {
    const message = 'flow refresh-token cannot read shared drives: use none, or remove the key';
    problems.push(problem(['googleDrive', 'sharedDrives'], message));
  }
  const users = find('googleDrive', 'users');
  if (Array.isArray(users) && users.length > 1) {
    const message = 'flow refresh-token reads only the user who granted it: remove the key';
    problems.push(problem(['googleDrive', 'users'], message));
  }
  return problems;
}

/** Gong's refresh tokens are single-use: without a place for the next one, the second run fails. */
function checkGong(find: FindValue, hasSecretKey: boolean): KeyProblem[] {
  const baseUrl = find('gong', 'baseUrl');
  const url = typeof baseUrl === 'string' ? URL.parse(baseUrl) : null;
  if (url !== null && /^(?:app|[\w-]+\.app|www|help)\.gong\.io$/.test(url.hostname)) {
    const message =
      "this is the address of Gong's pages; the API is at https://api.gong.io, or at the address " +
      'that Gong shows under API: https://us-12345.api.gong.io';
    return [problem(['gong', 'baseUrl'], message)];
  }
  if (find('gong', 'auth', 'flow') !== 'oauth' || hasSecretKey) return [];
  const message = 'flow oauth needs secretKey in sharetrail.yaml: it encrypts the stored tokens';
  return [problem(['gong', 'auth', 'flow'], message)];
}

function problem(path: KeyPath, message: string): KeyProblem {
  return { at: 'value', path, message };
}
