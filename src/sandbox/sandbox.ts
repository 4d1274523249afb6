import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { ShiftedClock } from '../lib/clock.ts';
import type { ControlRoutes } from './control-routes.ts';
import { createGong, type GongControl, type GongOptions, gongControlRoutes } from './gong/index.ts';
import type { Org, OrgOptions } from './salesforce/org.ts';
import { createSalesforce } from './salesforce/salesforce.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import { type SandboxServer, startSandbox } from './server.ts';
import { INTERNAL_DOMAIN, PACKAGE_USERNAME } from './story/index.ts';

export type SandboxVendor = 'salesforce' | 'gong';

export interface SandboxOptions {
  /** default: one that runs like the system's and can be moved */
  readonly clock?: SandboxClock;
  /** default: free ones */
  readonly ports?: Partial<Readonly<Record<SandboxVendor, number>>>;
  /** every answer comes so much later */
  readonly latencyMs?: number;
  /** beside the key of `credentials` */
  readonly gong?: Partial<Omit<GongOptions, 'clock'>>;
  readonly salesforce?: Partial<Omit<OrgOptions, 'clock' | 'username'>>;
}

/** What a tenant's file needs to use this sandbox; the key pair is made anew at each start. */
export interface SandboxCredentials {
  readonly salesforce: {
    readonly clientId: string;
    readonly username: string;
    /** PEM, PKCS #8 */
    readonly privateKey: string;
  };
  readonly gong: { readonly accessKey: string; readonly accessKeySecret: string };
  readonly internalDomains: readonly string[];
  readonly ignoreCreatedBy: readonly string[];
}

/** The vendors at work, and the hands to change them. */
export interface Sandbox extends SandboxServer<SandboxVendor> {
  readonly salesforce: Org;
  readonly gong: GongControl;
  readonly credentials: SandboxCredentials;
}

const SALESFORCE_LOGIN = {
  clientId: '3MVG9sharetrailSandboxClient',
  username: `integration@${INTERNAL_DOMAIN}`,
};
const GONG_KEY = { accessKey: 'SANDBOXACCESSKEY', accessKeySecret: 'sandbox-access-key-secret' };

/**
 * Starts a made-up Salesforce and a made-up Gong on loopback, with nothing in them but the logins
 * of `credentials`; the story fills them. Throws UserError when a port is taken.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? new ShiftedClock();
  const { privateKey, publicKey } = await createKeyPair();
  const { username, clientId } = SALESFORCE_LOGIN;
  const { vendor: salesforce, org } = createSalesforce({ ...options.salesforce, clock, username });
  org.addClient({ clientId, publicKey });
  const { keys = [], ...gongOptions } = options.gong ?? {};
  const { vendor, gong } = createGong({ ...gongOptions, clock, keys: [GONG_KEY, ...keys] });
  const server = await startSandbox({
    vendors: { salesforce, gong: vendor },
    control: { salesforce: salesforceControlRoutes(org), gong: gongControlRoutes(gong) },
    clock,
    ports: options.ports ?? {},
    latencyMs: options.latencyMs ?? 0,
  });
  return {
    ...server,
    salesforce: org,
    gong,
    credentials: {
      salesforce: { ...SALESFORCE_LOGIN, privateKey },
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

function createKeyPair(): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}
