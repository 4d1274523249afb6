import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import {
  SANDBOX_TENANT,
  writeSandboxConfiguration,
} from '../../src/sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { type Command, startCommand } from '../support/command.ts';
import { createDatabase } from '../support/postgres/databases.ts';
import { queryPostgres } from '../support/postgres/query.ts';
import { type RunningServer, startServer } from '../support/postgres/start-server.ts';
import { until } from '../support/until.ts';
import { childOptions } from './children.ts';

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
const POLL_MS = 5;
/** then a fault happens without the awaited requests */
const MOMENT_MS_MAX = 3_000;
const UNLIMITED = {
  callsPerSecond: Number.POSITIVE_INFINITY,
  callsPerDay: Number.POSITIVE_INFINITY,
};

export interface WorkersOptions {
  readonly seed: number;
  readonly tenants: number;
  /** of each tenant's Gong account */
  readonly callsPerSecond: number;
}

/** Tenants with an org in common and a Gong account each, and the processes of several machines. */
export class WorkersWorld implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly server: RunningServer;
  readonly random: () => number;
  readonly tenants: number;
  readonly #folder: string;
  readonly #database: { readonly url: string; readonly drop: () => Promise<void> };
  readonly #commands: Command[] = [];
  readonly #deliveries: string[] = [];
  readonly #contact: string;

  private constructor(parts: {
    readonly sandbox: Sandbox;
    readonly server: RunningServer;
    readonly folder: string;
    readonly database: { readonly url: string; readonly drop: () => Promise<void> };
    readonly options: WorkersOptions;
  }) {
    this.sandbox = parts.sandbox;
    this.server = parts.server;
    this.#folder = parts.folder;
    this.#database = parts.database;
    this.random = createRandom(parts.options.seed);
    this.tenants = parts.options.tenants;
    const { salesforce: org } = parts.sandbox;
    const account = org.add('Account', { Name: 'Globex' });
    const person = { AccountId: account, LastName: 'Byron', Email: 'ada@globex.example' };
    this.#contact = org.add('Contact', person);
  }

  static async start(options: WorkersOptions): Promise<WorkersWorld> {
    const keys = Array.from({ length: options.tenants }, (_, number) => ({
      ...keyOf(number),
      account: tenantOf(number),
    }));
    const sandbox = await createSandbox({ gong: { keys, limits: UNLIMITED } });
    const server = await startServer();
    const folder = mkdtempSync(join(tmpdir(), 'sharetrail-workers-'));
    await configure(folder, sandbox, options);
    const database = await createDatabase(server.server, 'empty');
    return new WorkersWorld({ sandbox, server, folder, database, options });
  }

  /** Each tenant has to report the deliveries. */
  deliver(count: number): void {
    const { salesforce: org, clock } = this.sandbox;
    for (let number = 0; number < count; number += 1) {
      const title = `Proposal ${this.#deliveries.length}`;
      const at = clock.now() - (count - number) * SECOND_MS;
      this.#deliveries.push(org.deliver({ title, relatedTo: this.#contact, at }).deliveryId);
    }
  }

  get deliveries(): readonly string[] {
    return this.#deliveries;
  }

  start(words: string): Command {
    const command = startCommand([...words.split(' '), '--config', this.#folder], {
      cwd: this.#folder,
      ...childOptions({
        preloads: [],
        env: { SHARETRAIL_DATABASE: this.#database.url },
        needsSources: false,
      }),
    });
    this.#commands.push(command);
    return command;
  }

  query<Row>(sql: string): Row[] {
    return queryPostgres<Row>(this.#database.url, sql, []);
  }

  /** Waits until a run sends. */
  firstCall(): Promise<void> {
    return until(() => this.sandbox.traffic.gong.counts.requests > 0);
  }

  /** Waits for a random number of calls to Gong, so that a fault meets a run. */
  async randomMoment(callsMax: number): Promise<void> {
    const { counts } = this.sandbox.traffic.gong;
    const last = counts.requests + 1 + Math.floor(this.random() * callsMax);
    const { gong } = this.sandbox.traffic;
    for (let waitedMs = 0; gong.counts.requests < last && waitedMs < MOMENT_MS_MAX; ) {
      await delay(POLL_MS);
      waitedMs += POLL_MS;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const command of this.#commands) command.kill('SIGKILL');
    await Promise.all(this.#commands.map((command) => command.ended()));
    await this.sandbox.stop();
    await this.#database.drop();
    await this.server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** also the name of its Gong account */
export function tenantOf(number: number): string {
  return `tenant-${number}`;
}

function keyOf(number: number) {
  return { accessKey: `WORKERSKEY${number}`, accessKeySecret: `workers-secret-${number}` };
}

async function configure(
  folder: string,
  sandbox: Sandbox,
  { tenants, callsPerSecond }: WorkersOptions,
): Promise<void> {
  const start = sandbox.clock.now() - DAY_MS;
  await writeSandboxConfiguration(folder, sandbox, { start, timezone: 'UTC' });
  const file = join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`);
  const settings = parse(readFileSync(file, 'utf8'));
  rmSync(file);
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  for (let number = 0; number < tenants; number += 1) {
    const tenant = tenantOf(number);
    for (const [name, text] of Object.entries(keyOf(number))) {
      writeFileSync(join(folder, 'secrets', `${name}-${number}`), text);
    }
    const auth = {
      flow: 'access-key',
      accessKey: `\${file:secrets/accessKey-${number}}`,
      accessKeySecret: `\${file:secrets/accessKeySecret-${number}}`,
    };
    const gong = { ...settings.gong, auth, callsPerSecond, callsPerDay: 1_000_000 };
    const text = stringify({ ...settings, tenant, schedule: '* * * * *', gong });
    writeFileSync(join(folder, 'tenants', `${tenant}.yaml`), text);
  }
}
