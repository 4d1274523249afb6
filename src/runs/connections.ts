import { createHash } from 'node:crypto';
import type { TenantConfig } from '../config/types.ts';
import { withLease } from '../db/leases.ts';
import { createSecretStore, type SecretStore } from '../db/secrets.ts';
import type { Secret } from '../lib/secret.ts';
import { createDeliveries } from '../sources/salesforce/deliveries.ts';
import type { Source } from '../sources/source.ts';
import { gongAccountOf } from '../vendors/gong/account.ts';
import { createGongClient, type GongClient } from '../vendors/gong/client.ts';
import type { GongTokenStore, GongTokens } from '../vendors/gong/tokens.ts';
import { createSalesforceClient, type SalesforceClient } from '../vendors/salesforce/client.ts';
import type { RefreshTokenStore } from '../vendors/salesforce/refresh-token.ts';
import type { AppContext } from './context.ts';
import type { RunCounters } from './counters.ts';
import { runError } from './stage-errors.ts';

/** 64 bits tell chains apart; nobody can guess a token from them. */
const CHAIN_HEX_DIGITS = 16;
/** No tenant is called so: what belongs to an account that tenants may share. */
const INSTALLATION = '*';

/** What a run talks to outside, each call counted. */
export interface Connections {
  readonly salesforce: SalesforceClient;
  readonly gong: GongClient;
}

export interface ConnectOptions {
  readonly tenant: TenantConfig;
  readonly counters: RunCounters;
  readonly signal: AbortSignal;
}

/** Nothing is sent yet: each session logs in when it is first used. */
export function connect(context: AppContext, options: ConnectOptions): Connections {
  const { tenant } = options;
  return {
    salesforce: connectSalesforce(context, options),
    gong: createGongClient({
      config: tenant.gong,
      clock: context.clock,
      tokens: gongTokenStore(context, tenant),
      beforeRepeat: async (signal) => {
        const turn = await context.pacerOf(gongAccountOf(tenant.gong)).take(tenant.gong, signal);
        return turn.kind === 'go';
      },
    }),
  };
}

/** The tenant's Salesforce source; none where its deliveries are not to be read. */
export function salesforceSource(
  client: SalesforceClient,
  options: { readonly tenant: TenantConfig; readonly start: number; readonly reach: 'new' | 'all' },
): Source[] {
  const { tenant, start, reach } = options;
  if (!tenant.salesforce.contentDistributions) return [];
  return [createDeliveries({ client, config: tenant.salesforce, start, full: reach === 'all' })];
}

function connectSalesforce(context: AppContext, options: ConnectOptions): SalesforceClient {
  const { tenant, counters, signal } = options;
  return createSalesforceClient({
    config: tenant.salesforce,
    clock: context.clock,
    random: context.random,
    ...salesforceTokens(context, tenant),
    onTokenNotSaved: (warning) => counters.addError(runError('salesforce', warning)),
    onCall: () => {
      counters.calls.salesforce += 1;
    },
    signal,
  });
}

/**
 * One row a chain of tokens, and one trade at a time in all processes: an app may rotate its
 * refresh tokens, and then each works once. Without secretKey nothing can be kept.
 */
function salesforceTokens(
  context: AppContext,
  { tenant, salesforce: { auth } }: TenantConfig,
): { readonly tokenStore?: RefreshTokenStore } {
  if (auth.flow !== 'refresh-token' || !context.config.service.secretKey) return {};
  const name = `salesforce refresh token ${chainOf(auth.refreshToken)}`;
  const { clock, writable } = context;
  // Read where they are written: what only reads may have opened before there was a database.
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

/** Names the chain that the configured refresh token began: a new one must not use an old chain. */
function chainOf(refreshToken: Secret): string {
  const digest = createHash('sha256').update(refreshToken.reveal()).digest('hex');
  return digest.slice(0, CHAIN_HEX_DIGITS);
}

/**
 * One row an account, whichever of its tenants asks, and one renewal at a time in all processes:
 * the refresh token works once.
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
