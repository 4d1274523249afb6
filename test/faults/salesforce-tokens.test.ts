import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { ShiftedClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { connect } from '../../src/runs/vendor-clients.ts';
import { configOf } from '../support/config-of.ts';
import type { PeerReply } from '../support/peer.ts';
import {
  type SalesforcePeer,
  salesforceConfig,
  startSalesforce,
  tokenBody,
} from '../support/salesforce-peer.ts';

/** Longer than the other process takes to send the same token. */
const RESPONSE_DELAY_MS = 20;
const clock = new ShiftedClock();
let folder = '';
let peer: SalesforcePeer;
/** the only token that Salesforce accepts */
let valid = 'refresh-1';
let contexts: AppContext[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sharetrail-tokens-'));
  valid = 'refresh-1';
  contexts = [];
  peer = await startSalesforce({
    login: ({ body }, reply) => refresh(new URLSearchParams(body).get('refresh_token'), reply),
    call: (_request, reply) => reply.respond(500),
  });
});

afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await peer.close();
  rmSync(folder, { recursive: true });
});

/** The old token expires when the new one is issued, before any client has it. */
function refresh(token: string | null, reply: PeerReply): void {
  if (token !== valid) {
    reply.respond(400, { error: 'invalid_grant', error_description: 'expired token' });
    return;
  }
  valid = `refresh-${Number(valid.slice('refresh-'.length)) + 1}`;
  const body = { ...tokenBody(peer.origin, `access-${valid}`), refresh_token: valid };
  setTimeout(() => reply.respond(200, body), RESPONSE_DELAY_MS);
}

function tenantOf(): TenantConfig {
  const auth = {
    flow: 'refresh-token',
    clientId: 'client-id',
    refreshToken: new Secret('refresh-1'),
  } as const;
  return {
    tenant: 'acme',
    timezone: 'UTC',
    internalDomains: ['acme.example'],
    salesforce: salesforceConfig(peer.origin, auth),
    crm: {
      objectTypes: ['Contact'],
      matchAccountByDomain: false,
      unmatched: 'send',
      holdDays: 3,
    },
    gong: {
      baseUrl: 'https://api.gong.io',
      auth: { flow: 'access-key', accessKey: new Secret('k'), accessKeySecret: new Secret('s') },
      reportingSystem: 'sharetrail',
      actionName: 'Content Shared',
      callsPerSecond: 3,
      callsPerDay: 10_000,
      concurrency: 4,
    },
  };
}

interface Access {
  readonly access: 'write' | 'read';
  readonly secretKey: Secret | undefined;
}

/** The context of a separate process, with its own connection to the database. */
async function open({ access, secretKey }: Access): Promise<AppContext> {
  const database = `sqlite:${join(folder, 'sharetrail.db')}`;
  const context = await openContext({
    config: configOf({ folder, database }, [tenantOf()], { ...(secretKey && { secretKey }) }),
    clock,
    random: () => 0.01,
    log: silentLogger,
    access,
  });
  contexts.push(context);
  return context;
}

async function logIn(access: Access, opened?: AppContext) {
  const context = opened ?? (await open(access));
  const tenant = tenantOf();
  const counters = new RunCounters();
  const { salesforce } = connect(context, {
    tenant,
    bindings: {},
    counters,
    signal: new AbortController().signal,
    emit: undefined,
  });
  return { counters, origin: await salesforce.instanceUrl() };
}

describe('a Salesforce app that rotates its refresh tokens', () => {
  const secretKey = new Secret(Buffer.alloc(32, 7).toString('base64'));

  test('serves one process at a time: each continues with the other’s token', async () => {
    await logIn({ access: 'write', secretKey });
    const both = [logIn({ access: 'write', secretKey }), logIn({ access: 'read', secretKey })];
    expect((await Promise.all(both)).map(({ origin }) => origin)).toEqual([
      peer.origin,
      peer.origin,
    ]);
    expect(valid).toBe('refresh-4');
    expect(peer.logins).toHaveLength(3);
  });

  test('does not log in if the new token cannot be stored', async () => {
    const access = { access: 'write', secretKey } as const;
    const context = await open(access);
    const fail =
      "create trigger fail before insert on secret begin select raise(abort, 'full'); end";
    await sql.raw(fail).execute(context.db);
    await expect(logIn(access, context)).rejects.toThrow('full');
  });

  test('is remembered by read-only commands, even if no database existed yet', async () => {
    const reading = { access: 'read', secretKey } as const;
    const context = await open(reading);
    expect(existsSync(join(folder, 'sharetrail.db'))).toBe(false);
    await logIn(reading, context);
    await logIn(reading, context);
    expect(valid).toBe('refresh-3');
  });

  test('needs secretKey: without it, this run works and says what the next one needs', async () => {
    const { counters, origin } = await logIn({ access: 'write', secretKey: undefined });
    expect(origin).toBe(peer.origin);
    expect(counters.errors).toEqual([
      {
        stage: 'salesforce',
        message: expect.stringContaining('without secretKey'),
        hint: expect.stringMatching(/1\. Set secretKey.*2\. Authorize the app again/),
      },
    ]);
    await expect(logIn({ access: 'write', secretKey: undefined })).rejects.toMatchObject({
      code: 'invalid_grant',
    });
  });
});
