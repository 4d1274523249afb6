import type { GoogleDriveConfig } from '../../config/types.ts';
import { RetryableError } from '../../lib/errors.ts';
import type { Connections } from '../../runs/vendor-clients.ts';
import { GoogleError } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import { SCOPES, type ScopeSet } from '../../vendors/google/scopes.ts';
import type { AreaChecks } from './area-checks.ts';
import { clockWarning } from './clock-warning.ts';
import type { GoogleOptions } from './google-options.ts';
import { checkReaders } from './google-readers.ts';
import { type Finding, ok } from './types.ts';

interface ScopeNeed {
  readonly scopeSet: ScopeSet;
  /** the key that needs it */
  readonly because: string;
  /** what uses it; absent: the users and drives that are read */
  readonly use?: {
    readonly name: string;
    readonly call: (client: GoogleClient) => Promise<unknown>;
  }[];
}

const READERS = ['users', 'shared drives'];

/**
 * 1. Sign in with each set of scopes, each with its own token; 2. use each once, which requires its
 * API and the administrator's privileges; 3. identify the Workspace; 4. open the Drives that a run
 * reads, as the accounts that it reads them as.
 */
export async function checkGoogle(checks: AreaChecks, options: GoogleOptions): Promise<void> {
  const { config, connections, clock } = options;
  let client: GoogleClient;
  try {
    client = await connections.google();
  } catch (error) {
    checks.fail('sign-in', error);
    return checks.skip(['account', ...READERS], SIGN_IN_FAILED);
  }
  const lacking =
    config.auth.flow === 'refresh-token'
      ? await lackingAsUser(checks, client)
      : await lackingScopes(checks, client, needsOf(config));
  const skew = clockWarning(client.now(), clock.now());
  if (skew) checks.add('clock', skew);
  const cause = lacking.find(({ scopeSet }) => scopeSet !== 'reports')?.cause;
  if (cause !== undefined) return checks.skip(['account', ...READERS], cause);
  const { accounts } = connections;
  const workspace = await checks.probe('account', () => accounts.workspace(), workspaceFinding);
  if (workspace === undefined) return checks.skip(READERS, 'the account is not verified');
  await checkReaders(checks, client, options);
}

/** A set of scopes that cannot be used, and what skipped checks say about it. */
interface Lacking {
  readonly scopeSet: ScopeSet;
  readonly cause: string;
}

const SIGN_IN_FAILED = 'the sign-in failed';
const NO_SIGN_IN = 'no sign-in succeeds';
const NO_RESPONSE = 'Google did not respond';

async function lackingAsUser(checks: AreaChecks, client: GoogleClient): Promise<Lacking[]> {
  const token = await checks.probe(
    'sign-in',
    () => client.signIn('drive', ''),
    () => ok('the refresh token is valid'),
  );
  return token === undefined ? [{ scopeSet: 'drive', cause: SIGN_IN_FAILED }] : [];
}

/** The scopes of the configured features, in the order of the setup page. */
function needsOf({ detect, users, sharedDrives }: GoogleDriveConfig): readonly ScopeNeed[] {
  return [
    { scopeSet: 'drive', because: 'always' },
    ...(detect.includes('audit-log') ? [AUDIT_LOG] : []),
    ...(users === 'all' ? [DIRECTORY] : []),
    ...(sharedDrives === 'all' ? [ALL_DRIVES] : []),
  ];
}

const AUDIT_LOG: ScopeNeed = {
  scopeSet: 'reports',
  because: 'for googleDrive.detect: audit-log',
  use: [{ name: 'Reports privilege', call: (client) => client.customerId('reports') }],
};
const DIRECTORY: ScopeNeed = {
  scopeSet: 'directory',
  because: 'for googleDrive.users: all',
  use: [
    { name: 'Directory privilege: users', call: (client) => client.customerId('directory') },
    { name: 'Directory privilege: domains', call: (client) => client.listDomains() },
  ],
};
const ALL_DRIVES: ScopeNeed = {
  scopeSet: 'allDrives',
  because: 'for googleDrive.sharedDrives: all',
  use: [{ name: 'administrator of Drive', call: (client) => client.listDrives().next() }],
};

/** The sets of scopes of which one is not granted, or cannot be used. */
async function lackingScopes(
  checks: AreaChecks,
  client: GoogleClient,
  needs: readonly ScopeNeed[],
): Promise<Lacking[]> {
  const lacking: Lacking[] = [];
  let hopeless: string | undefined;
  for (const need of needs) {
    const { scopeSet, use = [] } = need;
    const names = [nameOf(need), ...use.map(({ name }) => name)];
    if (hopeless !== undefined) {
      checks.skip(names, hopeless);
      lacking.push({ scopeSet, cause: hopeless });
      continue;
    }
    const end = await signIn(checks, client, need);
    if (end !== 'granted') checks.skip(names.slice(1), SIGN_IN_FAILED);
    if (end !== 'granted' && end !== 'refused') hopeless = end.hopeless;
    const isUsable = end === 'granted' && (await areUsable(checks, client, use));
    if (!isUsable) {
      lacking.push({ scopeSet, cause: hopeless ?? 'a scope or a privilege is missing' });
    }
  }
  return lacking;
}

/** `hopeless`: why other scopes fail alike, because the failure does not concern these ones. */
async function signIn(
  checks: AreaChecks,
  client: GoogleClient,
  need: ScopeNeed,
): Promise<'granted' | 'refused' | { readonly hopeless: string }> {
  try {
    await checks.within(() => client.signIn(need.scopeSet));
    checks.add(nameOf(need), ok(`granted; needed ${need.because}`));
    return 'granted';
  } catch (error) {
    checks.fail(nameOf(need), error);
    if (error instanceof GoogleError) {
      return SCOPE_REASONS.has(error.reason) ? 'refused' : { hopeless: NO_SIGN_IN };
    }
    return { hopeless: error instanceof RetryableError ? NO_RESPONSE : NO_SIGN_IN };
  }
}

/** Google's reasons for a scope that is not granted. */
const SCOPE_REASONS: ReadonlySet<string> = new Set([
  'unauthorized_client',
  'access_denied',
  'invalid_scope',
]);

async function areUsable(
  checks: AreaChecks,
  client: GoogleClient,
  use: NonNullable<ScopeNeed['use']>,
): Promise<boolean> {
  let isUsable = true;
  for (const { name, call } of use) {
    const given = await checks.probe(
      name,
      () => call(client),
      () => ok('given'),
    );
    isUsable &&= given !== undefined;
  }
  return isUsable;
}

function nameOf({ scopeSet }: ScopeNeed): string {
  return `scope ${namesOf(scopeSet)}`;
}

function namesOf(scopeSet: ScopeSet): string {
  return SCOPES[scopeSet].map((scope) => scope.slice(scope.lastIndexOf('/') + 1)).join(', ');
}

function workspaceFinding(
  workspace: Awaited<ReturnType<Connections['accounts']['workspace']>>,
): Finding {
  if (workspace !== undefined) return ok(`the Google customer ${workspace.customerId}`);
  return ok('not identified: only `users: all` or the audit log shows the Google customer');
}
