import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunReport } from '../../src/db/run-report.ts';
import type { Logger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { configOf } from './config-of.ts';
import { newDatabase, providedServer } from './database.ts';
import { ManualClock } from './manual-clock.ts';
import { type Peer, type PeerHandler, startPeer } from './peer.ts';
import { until } from './until.ts';

/** A secret path that only the request may contain. */
export const WEBHOOK_PATH = '/services/T0SECRET/B0SECRET/hush-hush-hush';

/** A fake chat tool on loopback, a manual clock and a database, until the test ends. */
export interface AlertRig {
  readonly context: AppContext;
  readonly clock: ManualClock;
  readonly peer: Peer;
  /** the posted texts so far */
  texts(): string[];
  /** the log entries so far: `level message {fields}` */
  readonly logged: readonly string[];
  /** Waits for a pending sleep, then lets time pass. */
  pass(ms: number): Promise<void>;
}

export async function startAlertRig(
  options: { readonly handler?: PeerHandler; readonly alerts?: 'off' } = {},
): Promise<AlertRig> {
  const { handler = (_request, reply) => reply.respond(200, 'ok') } = options;
  const peer = await startPeer(handler);
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-alerts-'));
  const clock = new ManualClock();
  const logged: string[] = [];
  const webhook = new Secret(peer.origin + WEBHOOK_PATH);
  const { database, drop } = await newDatabase(folder, providedServer());
  const alerts = options.alerts === 'off' ? {} : { alerts: { webhook } };
  const config = configOf({ folder, database }, [], alerts);
  const parts = { config, clock, random: () => 0.5, log: logInto(logged) };
  const context = await openContext({ ...parts, access: 'write' });
  onTestFinished(async () => {
    await context.close();
    await drop();
    await peer.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    context,
    clock,
    peer,
    logged,
    texts: () => peer.requests.map(({ body }) => (JSON.parse(body) as { text: string }).text),
    pass: async (ms) => {
      await until(() => clock.sleepers > 0);
      clock.advance(ms);
    },
  };
}

/** The report of a failed run, with `changes`. */
export function reportOf(tenant: string, changes: Partial<RunReport> = {}): RunReport {
  return {
    tenant,
    kind: 'sync',
    outcome: 'failed',
    startedAt: '2026-11-24T02:00:12.000Z',
    finishedAt: '2026-11-24T02:03:40.000Z',
    found: { salesforce: 12, 'google-drive': 3 },
    queued: 15,
    held: 0,
    skipped: {},
    delivered: 4,
    duplicates: 0,
    rejected: 0,
    pending: 11,
    calls: { salesforce: 8, google: 0, gong: 5 },
    errors: [
      {
        stage: 'gong',
        message: 'Gong refused (401): no access',
        hint: 'The key was revoked or has expired.',
      },
    ],
    ...changes,
  };
}

function logInto(lines: string[]): Logger {
  const at = (level: string) => (message: string, fields?: object) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  };
  const logger: Logger = {
    isDebug: true,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return logger;
}
