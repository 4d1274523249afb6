import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { ShiftedClock } from '../lib/clock.ts';
import type { ControlRoutes } from './control-routes.ts';
import { createGong, type GongControl, type GongOptions, gongControlRoutes } from './gong/index.ts';
import { googleControlRoutes } from './google/control-routes.ts';
import { createGoogle } from './google/google.ts';
import type { Workspace } from './google/workspace.ts';
import type { Org, OrgOptions } from './salesforce/org.ts';
import { createSalesforce } from './salesforce/salesforce.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import { INTERNAL_DOMAIN, PACKAGE_USERNAME } from './scenario/index.ts';
import { type SandboxServer, startSandbox } from './server.ts';

export type SandboxVendor = 'salesforce' | 'google' | 'gong';

export interface SandboxOptions {
  /** default: the system's time, which can be moved forward */
  readonly clock?: SandboxClock;
  /** default: free ones */
  readonly ports?: Partial<Readonly<Record<SandboxVendor, number>>>;
  /** delay of every response */
  readonly latencyMs?: number;
  /** keys given here are added to the key in `credentials` */
  readonly gong?: Partial<Omit<GongOptions, 'clock'>>;
  readonly salesforce?: Partial<Omit<OrgOptions, 'clock' | 'username'>>;
}

/** What a tenant file needs to use this sandbox. Each start generates new key pairs. */
export interface SandboxCredentials {
  readonly salesforce: {
    readonly clientId: string;
    readonly username: string;
    /** PEM, PKCS #8 */
    readonly privateKey: string;
  };
  readonly google: {
    /** the JSON key of a service account, as Google Cloud issues it */
    readonly key: string;
    readonly adminSubject: string;
  };
  readonly gong: { readonly accessKey: string; readonly accessKeySecret: string };
  readonly internalDomains: readonly string[];
  readonly ignoreCreatedBy: readonly string[];
}

/** The running vendors, and the controls to change them. */
export interface Sandbox extends SandboxServer<SandboxVendor> {
  readonly salesforce: Org;
  readonly google: Workspace;
  readonly gong: GongControl;
  readonly credentials: SandboxCredentials;
}

const SALESFORCE_LOGIN = {
  clientId: '3MVG9sharetrailSandboxClient',
  username: `integration@${INTERNAL_DOMAIN}`,
};
const GOOGLE_LOGIN = {
  clientEmail: 'sharetrail@sandbox-project.iam.gserviceaccount.com',
  keyId: '5a0db0c5',
};
const GONG_KEY = { accessKey: 'SANDBOXACCESSKEY', accessKeySecret: 'sandbox-access-key-secret' };

/**
 * Starts a simulated Salesforce, Google, and Gong on loopback. They contain only the logins of
 * `credentials`; the scenario fills them. Throws UserError if a port is taken.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? new ShiftedClock();
  const [{ privateKey, publicKey }, googleKeys] = await Promise.all([
    createKeyPair(),
    createKeyPair(),
  ]);
  const { username, clientId } = SALESFORCE_LOGIN;
  const { vendor: salesforce, org } = createSalesforce({ ...options.salesforce, clock, username });
  org.addClient({ clientId, publicKey });
  const { vendor: googleVendor, google } = createGoogle({
    clock,
    domain: INTERNAL_DOMAIN,
    serviceAccount: { ...GOOGLE_LOGIN, publicKey: googleKeys.publicKey },
  });
  const { keys = [], ...gongOptions } = options.gong ?? {};
  const { vendor, gong } = createGong({ ...gongOptions, clock, keys: [GONG_KEY, ...keys] });
  const server = await startSandbox({
    vendors: { salesforce, google: googleVendor, gong: vendor },
    control: {
      salesforce: salesforceControlRoutes(org),
      google: googleControlRoutes(google),
      gong: gongControlRoutes(gong),
    },
    clock,
    ports: options.ports ?? {},
    latencyMs: options.latencyMs ?? 0,
  });
  return {
    ...server,
    salesforce: org,
    google,
    gong,
    credentials: {
      salesforce: { ...SALESFORCE_LOGIN, privateKey },
      google: { key: serviceAccountKey(googleKeys.privateKey), adminSubject: google.admin },
      gong: GONG_KEY,
      internalDomains: [INTERNAL_DOMAIN],
      ignoreCreatedBy: [PACKAGE_USERNAME],
    },
  };
}

function salesforceControlRoutes(org: Org): ControlRoutes {
  return {
    'GET state': () => ({ calls: org.counters }),
    'POST reset': () => {
      org.resetCounters();
      return {};
    },
  };
}

/** A key file in Google Cloud's format. It names Google's hosts, not the sandbox's. */
function serviceAccountKey(privateKey: string): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'sandbox-project',
    private_key_id: GOOGLE_LOGIN.keyId,
    private_key: privateKey,
    client_email: GOOGLE_LOGIN.clientEmail,
    client_id: '102938475610293847561',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    universe_domain: 'googleapis.com',
  });
}

function createKeyPair(): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}
