import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Connections } from '../../runs/vendor-clients.ts';
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
  const signIn = await checks.probe(
    'sign-in',
    () => client.signIn('drive', ''),
    () => ok('the refresh token is valid'),
  );
  return signIn === undefined ? ['drive'] : [];
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
  for (const { scopeSet, because, use = [] } of needs) {
    const token = await checks.probe(
      `scope ${namesOf(scopeSet)}`,
      () => client.signIn(scopeSet),
      () => ok(`granted; needed ${because}`),
    );
    if (token === undefined) {
      const uses = use.map(({ name }) => name);
      checks.skip(uses, 'the scope is not granted');
    }
    const used: unknown[] = [];
    for (const { name, call } of token === undefined ? [] : use) {
      used.push(
        await checks.probe(
          name,
          () => call(client),
          () => ok('given'),
        ),
      );
    }
    if (token === undefined || used.includes(undefined)) lacking.push(scopeSet);
  }
  return lacking;
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
