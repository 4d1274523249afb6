import type { GoogleDriveConfig } from '../../config/types.ts';
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
    return checks.skip(['account', ...READERS], 'the sign-in failed');
  }
  const lacking =
    config.auth.flow === 'refresh-token'
      ? await lackingAsUser(checks, client)
      : await lackingScopes(checks, client, needsOf(config));
  const skew = clockWarning(client.now(), clock.now());
  if (skew) checks.add('clock', skew);
  const isLacking = lacking.some((scopeSet) => scopeSet !== 'reports');
  if (isLacking) return checks.skip(['account', ...READERS], 'a scope or a privilege is missing');
  const { accounts } = connections;
  const workspace = await checks.probe('account', () => accounts.workspace(), workspaceFinding);
  if (workspace === undefined) return checks.skip(READERS, 'the account is not verified');
  await checkReaders(checks, client, options);
}

async function lackingAsUser(checks: AreaChecks, client: GoogleClient): Promise<ScopeSet[]> {
  const token = await checks.probe(
    'sign-in',
    () => client.signIn('drive', ''),
    () => ok('the refresh token is valid'),
  );
  return token === undefined ? ['drive'] : [];
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
): Promise<ScopeSet[]> {
  const lacking: ScopeSet[] = [];
  let isHopeless = false;
  for (const need of needs) {
    const { scopeSet, use = [] } = need;
    const names = [nameOf(need), ...use.map(({ name }) => name)];
    if (isHopeless) {
      checks.skip(names, 'no sign-in succeeds');
      lacking.push(scopeSet);
      continue;
    }
    const end = await signIn(checks, client, need);
    isHopeless = end === 'hopeless';
    if (end !== 'granted') checks.skip(names.slice(1), 'the sign-in failed');
    const isUsable = end === 'granted' && (await areUsable(checks, client, use));
    if (!isUsable) lacking.push(scopeSet);
  }
  return lacking;
}

/** `hopeless`: the failure does not concern these scopes, so that other ones fail alike. */
async function signIn(
  checks: AreaChecks,
  client: GoogleClient,
  need: ScopeNeed,
): Promise<'granted' | 'refused' | 'hopeless'> {
  try {
    await checks.within(() => client.signIn(need.scopeSet));
    checks.add(nameOf(need), ok(`granted; needed ${need.because}`));
    return 'granted';
  } catch (error) {
    checks.fail(nameOf(need), error);
    const isAboutScopes = error instanceof GoogleError && SCOPE_REASONS.has(error.reason);
    return isAboutScopes ? 'refused' : 'hopeless';
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
