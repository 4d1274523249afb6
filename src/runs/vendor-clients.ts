import type { TenantConfig } from '../config/types.ts';
import type { Bindings } from '../db/bindings.ts';
import { withLease } from '../db/leases.ts';
import type { Vendor } from '../db/run-report.ts';
import { createSecretStore, type SecretStore } from '../db/secrets.ts';
import { hexDigest } from '../lib/hex-digest.ts';
import type { Secret } from '../lib/secret.ts';
import { gongAccountOf } from '../vendors/gong/account.ts';
import { createGongClient, type GongClient } from '../vendors/gong/client.ts';
import type { GongTokenStore, GongTokens } from '../vendors/gong/tokens.ts';
import type { GoogleClient } from '../vendors/google/google-client.ts';
import { ByteBudget } from '../vendors/http/byte-budget.ts';
import { createSalesforceClient } from '../vendors/salesforce/client.ts';
import type { RefreshTokenStore } from '../vendors/salesforce/refresh-token.ts';
import type { SalesforceClient } from '../vendors/salesforce/salesforce-client.ts';
import { type Accounts, checkOrgOf, createAccounts } from './accounts.ts';
import type { AppContext } from './app-context.ts';
import type { RunCounters } from './counters.ts';
import type { Emit } from './run-events.ts';
import { runError } from './stage-errors.ts';

/** 64 bits distinguish chains, and no one can guess a token from them. */
const CHAIN_HEX_DIGITS = 16;
/** Not a valid tenant name: owns what belongs to an account that tenants may share. */
const INSTALLATION = '*';

/** The vendors that a run calls; each call is counted. */
export interface Connections {
  readonly salesforce: SalesforceClient;
  /** Throws if the tenant has no Drive. */
  readonly google: () => Promise<GoogleClient>;
  readonly gong: GongClient;
  readonly accounts: Accounts;
  /** of all responses that the run reads */
  readonly budget: ByteBudget;
}

export interface ConnectOptions {
  readonly tenant: TenantConfig;
  /** what the tenant is bound to: a login that leads to another org fails */
  readonly bindings: Bindings;
  readonly counters: RunCounters;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** Counts a sent request. */
export function countCall(
  { counters, emit }: Pick<ConnectOptions, 'counters' | 'emit'>,
  vendor: Vendor,
): void {
  counters.calls[vendor] += 1;
  emit?.({ kind: 'call made', vendor });
}

/** Sends nothing yet: each session logs in when it is first used. */
export function connect(context: AppContext, options: ConnectOptions): Connections {
  const { tenant, bindings } = options;
  const budget = new ByteBudget();
  const salesforce = connectSalesforce(context, options, budget);
  const gong = connectGong(context, tenant);
  let opened: Promise<GoogleClient> | undefined;
  const google = () => {
    opened ??= connectGoogle(context, options, budget);
    return opened;
  };
  const accounts = createAccounts({ db: context.db, tenant, bindings, salesforce, google, gong });
  return { budget, salesforce, google, gong, accounts };
}

function connectGong(context: AppContext, tenant: TenantConfig): GongClient {
  return createGongClient({
    config: tenant.gong,
    clock: context.clock,
    tokens: gongTokenStore(context, tenant),
    beforeRepeat: async (signal) => {
      const pacer = context.pacerOf(gongAccountOf(tenant.gong));
      return (await pacer.acquire(tenant.gong, signal)).kind === 'granted';
    },
  });
}

async function connectGoogle(
  context: AppContext,
  options: ConnectOptions,
  budget: ByteBudget,
): Promise<GoogleClient> {
  const { tenant, signal } = options;
  const { clock, random } = context;
  const log = context.log.child({ stage: 'google-drive' });
  if (tenant.googleDrive === undefined) throw new Error(`${tenant.tenant} has no Drive`);
  // Google's library loads slowly, and only tenants with Drive need it.
  const { createGoogleClient } = await import('../vendors/google/client.ts');
  return createGoogleClient({
    config: tenant.googleDrive,
    clock,
    random,
    signal,
    budget,
    onCall: () => countCall(options, 'google'),
    onWarning: (message) => log.warn(message),
  });
}

function connectSalesforce(
  context: AppContext,
  options: ConnectOptions,
  budget: ByteBudget,
): SalesforceClient {
  const { tenant, counters, signal } = options;
  return createSalesforceClient({
    budget,
    config: tenant.salesforce,
    clock: context.clock,
    random: context.random,
    ...salesforceTokens(context, tenant),
    onTokenNotSaved: (warning) => counters.addError(runError('salesforce', warning)),
    onCall: () => countCall(options, 'salesforce'),
    checkOrg: checkOrgOf(tenant.tenant, options.bindings),
    signal,
  });
}

/**
 * One row per chain of tokens, and one renewal at a time across all processes: if an app rotates its
 * refresh tokens, each works only once. Without secretKey, nothing can be stored.
 */
function salesforceTokens(
  context: AppContext,
  { tenant, salesforce: { auth } }: TenantConfig,
): { readonly tokenStore?: RefreshTokenStore } {
  if (auth.flow !== 'refresh-token' || !context.config.service.secretKey) return {};
  const name = `salesforce refresh token ${chainOf(auth.refreshToken)}`;
  const { clock, writable } = context;
  // Read and written in the same database: a read-only one may have been opened before it existed.
  const store = async () => secretStore({ ...context, db: await writable() }, tenant, name);
  const tokenStore: RefreshTokenStore = {
    load: async () => (await store()).load(),
    save: async (token) => (await store()).save(token),
    exclusive: async (work) => {
      const key = { name: `${tenant} ${name}`, holder: context.holder() };
      return withLease({ db: await writable(), clock }, key, work);
    },
  };
  return { tokenStore };
}

/** Names the chain that began with the configured token: a new token must not use an old chain. */
function chainOf(refreshToken: Secret): string {
  return hexDigest(refreshToken.reveal(), CHAIN_HEX_DIGITS);
}

/**
 * One row per account, whichever of its tenants asks, and one renewal at a time across all processes:
 * the refresh token works only once.
 */
function gongTokenStore(context: AppContext, tenant: TenantConfig): GongTokenStore {
  const { clock } = context;
  const name = `gong tokens ${gongAccountOf(tenant.gong)}`;
  const store = secretStore(context, INSTALLATION, name);
  return {
    load: async () => {
      const text = await store.load();
      return text === undefined ? undefined : (JSON.parse(text) as GongTokens);
    },
    save: (tokens) => store.save(JSON.stringify(tokens)),
    exclusive: async (work) => {
      const db = await context.writable();
      return withLease({ db, clock }, { name, holder: context.holder() }, work);
    },
  };
}

function secretStore(context: AppContext, tenant: string, name: string): SecretStore {
  const { config, db, clock, writable } = context;
  const { secretKey } = config.service;
  const now = () => clock.now();
  return createSecretStore({ db, writable, tenant, name, secretKey, now });
}
