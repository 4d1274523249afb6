import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfigIn } from '../../src/config/load-process-config.ts';
import type { TenantConfig } from '../../src/config/types.ts';
import type { RunReport } from '../../src/db/run-report.ts';
import { type AsTyped, asInstalled } from '../../src/lib/as-typed.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { runSync } from '../../src/runs/sync.ts';
import { writeSandboxConfiguration } from '../../src/sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seedDriveDay, seedFirstDay } from '../../src/sandbox/scenario/index.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { createMetrics, type Metrics } from '../../src/web/metrics/metrics.ts';
import { startWebServer } from '../../src/web/web-server.ts';
import { recordLog } from './recorded-log.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

/** The operator page over the simulated vendors, and a browser's cookies. */
export interface WebWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly context: AppContext;
  readonly tenant: TenantConfig;
  readonly metrics: Metrics;
  readonly origin: string;
  readonly port: number;
  readonly folder: string;
  /** what the server wrote to the log */
  readonly log: ReturnType<typeof recordLog>;
  setTickedAt(at: number): void;
  sync(): Promise<RunReport>;
  /** sends the path as it is, without normalizing it */
  send(path: string, options?: RequestOptions): Promise<Response>;
}

export interface WebWorldOptions {
  readonly token?: string;
  readonly isSynced?: boolean;
  /** default: the shares of a day, in both sources */
  readonly seed?: (sandbox: Sandbox) => void;
  readonly schedule?: string;
  /** tenants that have never run, with the accounts of the first one */
  readonly otherTenants?: readonly string[];
  /** default: as installed */
  readonly asTyped?: AsTyped;
}

export async function startWebWorld(options: WebWorldOptions = {}): Promise<WebWorld> {
  const sandbox = await createSandbox();
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-web-'));
  const config = await configIn(folder, sandbox, options);
  const { tenants } = config;
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error('the sandbox wrote no tenant');
  const log = recordLog({ isDebug: false });
  const { clock } = sandbox;
  const random = () => 0.01;
  const { asTyped = asInstalled } = options;
  const context = await openContext({
    config,
    clock,
    random,
    log: log.log,
    asTyped,
    access: 'write',
  });
  const metrics = createMetrics();
  let running = 0;
  let tickedAt = clock.now();
  const sync = async () => {
    running += 1;
    const report = await syncOnce(context, tenant, metrics);
    running -= 1;
    return report;
  };
  (options.seed ?? seedDay)(sandbox);
  if (options.isSynced !== false) await sync();
  const token = options.token === undefined ? {} : { token: new Secret(options.token) };
  const server = await startWebServer({
    context,
    http: { host: '127.0.0.1', port: 0, ...token },
    inEffect: () => ({ config, tenants, faulty: [] }),
    metrics,
    nextDue,
    tickedAt: () => tickedAt,
    isRunning: () => running > 0,
  });
  return {
    sandbox,
    context,
    tenant,
    metrics,
    folder,
    log,
    port: server.port,
    origin: `http://127.0.0.1:${server.port}`,
    setTickedAt: (at) => {
      tickedAt = at;
    },
    sync,
    send: (path, how = {}) => send(server.port, path, how),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await context.close();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function configIn(
  folder: string,
  sandbox: Sandbox,
  { schedule, otherTenants = [] }: WebWorldOptions,
) {
  const start = sandbox.clock.now() - 30 * DAY_MS;
  await writeSandboxConfiguration(folder, sandbox, { start, timezone: 'UTC', googleDrive: true });
  const loaded = await loadConfigIn({ folder, workingDirectory: folder, environment: {} });
  const scheduled = schedule === undefined ? {} : { schedule };
  const tenants = loaded.tenants.map((each) => ({ ...each, ...scheduled }));
  const others = otherTenants.flatMap((tenant) => tenants.map((each) => ({ ...each, tenant })));
  return { ...loaded, tenants: [...tenants, ...others] };
}

async function syncOnce(
  context: AppContext,
  tenant: TenantConfig,
  { runs }: Metrics,
): Promise<RunReport> {
  const report = await runSync(context, {
    tenant,
    reach: 'new',
    push: 'send',
    backfillUntil: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    listeners: [runs.listenerOf(tenant.tenant)],
  });
  runs.addRun(report);
  return report;
}

export function seedDay({ salesforce, google, clock }: Sandbox): void {
  seedFirstDay(salesforce, clock);
  seedDriveDay(google, clock);
}

function send(port: number, path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        incoming.on('error', reject).on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The cookies that a response sets, as a Cookie header. */
export function cookiesOf({ headers }: Response): string {
  return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
}

/** The anti-forgery token of the forms in a page. */
export function formTokenIn({ text }: Response): string {
  return /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
