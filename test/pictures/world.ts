import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { loadConfigIn } from '../../src/config/load-process-config.ts';
import type { TenantConfig } from '../../src/config/types.ts';
import { indexNextEvents } from '../../src/outbox/search-index.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { runSync } from '../../src/runs/sync.ts';
import {
  SANDBOX_TENANT,
  sandboxTenantYaml,
  writeSandboxConfiguration,
} from '../../src/sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { gongAccountOf } from '../../src/vendors/gong/account.ts';
import { createMetrics } from '../../src/web/metrics/metrics.ts';
import { startWebServer } from '../../src/web/web-server.ts';
import { recordLog } from '../support/recorded-log.ts';
import { seedAcme } from './acme.ts';
import { type History, writeHistory } from './history.ts';
import { PictureClock } from './picture-clock.ts';

const DAY_MS = 24 * 3_600_000;
/** The end of Acme's working day, the night's run, and the morning of the pictures, in UTC. */
const EVENING = Date.UTC(2026, 10, 23, 17, 30);
const NIGHT = Date.UTC(2026, 10, 24, 2);
const MORNING = Date.UTC(2026, 10, 24, 8, 10);

const RUN_MS = 4_000;

const ACME = 'acme';
const HISTORIES: readonly History[] = [
  { tenant: ACME, sharesPerDay: 26, lastRunAt: NIGHT - DAY_MS },
  {
    tenant: 'borealis',
    sharesPerDay: 61,
    lastRunAt: NIGHT,
    lastDay: { rejected: 2, held: 4 },
    rejection: 'contentTitle must not be longer than 255 characters',
  },
  { tenant: 'castlegate', sharesPerDay: 112, lastRunAt: NIGHT, lastDay: { pending: 64, held: 3 } },
  { tenant: 'everhart', sharesPerDay: 38, lastRunAt: NIGHT, lastDay: { held: 2 } },
  { tenant: 'fjordline', sharesPerDay: 19, lastRunAt: NIGHT },
  { tenant: 'greenmoor', sharesPerDay: 74, lastRunAt: NIGHT, lastDay: { held: 6 } },
];
/** Gong calls of the last day. */
const CALLS: Readonly<Record<string, number>> = {
  borealis: 812,
  castlegate: 10_000,
  everhart: 431,
  fjordline: 207,
  greenmoor: 1_386,
};

/** The operator page with several tenants after a month; no time passes. */
export interface PictureWorld extends AsyncDisposable {
  readonly origin: string;
  readonly context: AppContext;
}

export async function startPictureWorld(): Promise<PictureWorld> {
  const clock = new PictureClock(EVENING);
  const sandbox = await createSandbox({ clock });
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-pictures-'));
  await writeConfiguration(folder, sandbox);
  const config = await loadConfigIn({ folder, workingDirectory: folder, environment: {} });
  const { log } = recordLog({ isDebug: false });
  const context = await openContext({ config, clock, random: () => 0, log, access: 'write' });
  for (const history of HISTORIES) await writeHistory(context.db, history);
  while (await indexNextEvents(context.db));
  await writeCalls(context, config.tenants);
  seedAcme(sandbox);
  clock.moveTo(NIGHT);
  await syncAcme(context, config.tenants);
  clock.stopAt(MORNING);
  const server = await startWebServer({
    context,
    http: { host: '127.0.0.1', port: 0 },
    inEffect: () => ({ config, tenants: config.tenants, faulty: [] }),
    metrics: createMetrics(),
    nextDue,
    tickedAt: () => clock.now(),
    isRunning: () => false,
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    context,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await context.close();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The sandbox's tenant under each name, each with its own Gong account. */
async function writeConfiguration(folder: string, sandbox: Sandbox): Promise<void> {
  const settings = { start: EVENING - 2 * DAY_MS, timezone: 'UTC', googleDrive: true } as const;
  await writeSandboxConfiguration(folder, sandbox, settings);
  const tenant = parse(sandboxTenantYaml(sandbox, settings));
  rmSync(join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`));
  mkdirSync(join(folder, 'keys'));
  for (const { tenant: name } of HISTORIES) {
    const gong = name === ACME ? tenant.gong : gongOf(tenant.gong, { folder, name });
    const own = { ...tenant, tenant: name, schedule: '0 2 * * *', gong };
    writeFileSync(join(folder, 'tenants', `${name}.yaml`), stringify(own));
  }
}

function gongOf(
  gong: { readonly auth: object },
  { folder, name }: { readonly folder: string; readonly name: string },
): object {
  writeFileSync(join(folder, 'keys', name), `${name}-key`, { mode: 0o600 });
  return { ...gong, auth: { ...gong.auth, accessKey: `\${file:keys/${name}}` } };
}

async function writeCalls(context: AppContext, tenants: readonly TenantConfig[]): Promise<void> {
  for (const { tenant, gong } of tenants) {
    const calls = CALLS[tenant];
    if (calls === undefined) continue;
    const row = { account: gongAccountOf(gong), at: NIGHT, calls };
    await context.db.insertInto('call').values(row).execute();
  }
}

async function syncAcme(context: AppContext, tenants: readonly TenantConfig[]): Promise<void> {
  const tenant = tenants.find((each) => each.tenant === ACME);
  if (tenant === undefined) throw new Error('there is no tenant acme');
  const { outcome, errors } = await runSync(context, {
    tenant,
    reach: 'new',
    push: 'send',
    backfillUntil: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    listeners: [],
  });
  if (outcome !== 'ok') throw new Error(`the run ended as ${outcome}: ${JSON.stringify(errors)}`);
  // Its duration is shown in seconds, and depends on the machine.
  const finished = context.db.updateTable('run').set({ finished_at: NIGHT + RUN_MS });
  await finished.where('tenant', '=', ACME).where('started_at', '>=', NIGHT).execute();
}
