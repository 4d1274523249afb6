import pLimit from 'p-limit';
import type { Config, FaultyTenant, TenantConfig } from '../../config/types.ts';
import { type Bindings, readBindings } from '../../db/bindings.ts';
import { UNWATCHED_FILES } from '../../db/database-files.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { type AppContext, contextOf } from '../../runs/app-context.ts';
import { RunCounters } from '../../runs/counters.ts';
import type { NextDue } from '../../runs/overdue-times.ts';
import { type Connections, connect } from '../../runs/vendor-clients.ts';
import { AreaChecks } from './area-checks.ts';
import { configurationChecks } from './configuration.ts';
import { type CheckedDatabase, checkDatabase } from './database.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { checkGong, type GongProbe, probeGong } from './gong.ts';
import { checkGoogle } from './google.ts';
import { CHECK_LIMITS } from './limits.ts';
import { checkSalesforce } from './salesforce.ts';
import { alertsCheck, scheduleCheck } from './schedule.ts';
import { type Check, type CheckArea, sortChecks } from './types.ts';

export interface CheckOptions {
  readonly config: Config;
  readonly tenants: readonly TenantConfig[];
  readonly faulty: readonly FaultyTenant[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly nextDue: NextDue;
  readonly signal: AbortSignal;
  /** free bytes in the file system of a folder; default: the system's */
  readonly freeBytes?: (folder: string) => number;
}

/**
 * Checks everything that a run needs, with all vendors of all tenants in parallel. Sends no event.
 * Throws only StopRequested.
 */
export async function check(options: CheckOptions): Promise<readonly Check[]> {
  const { config, tenants, faulty, clock, nextDue } = options;
  const now = clock.now();
  const deadline = startDeadline(options);
  const found: Check[] = [...configurationChecks(config, { tenants, faulty, now })];
  const inDatabase = new AreaChecks({ area: 'database', deadline });
  const { service } = config;
  const { freeBytes } = options;
  const database = await checkDatabase(inDatabase, {
    service,
    clock,
    ...(freeBytes && { freeBytes }),
  });
  found.push(...inDatabase.checks);
  try {
    const vendors = VendorChecks.over(options, database, deadline);
    const limit = pLimit(CHECK_LIMITS.tenantsAtOnceMax);
    const each = await Promise.all(tenants.map((tenant) => limit(() => vendors.check(tenant))));
    found.push(...each.flat());
  } finally {
    await deadline.end();
    await database.close();
  }
  for (const tenant of tenants) found.push(scheduleCheck(tenant, now, nextDue));
  found.push(alertsCheck(service, tenants));
  return sortChecks(found);
}

class VendorChecks {
  readonly #options: CheckOptions;
  readonly #context: AppContext;
  readonly #deadline: Deadline;
  readonly #canCount: boolean;
  readonly #probes = new Map<string, Promise<GongProbe>>();

  private constructor(
    options: CheckOptions,
    context: AppContext,
    facts: { readonly deadline: Deadline; readonly canCount: boolean },
  ) {
    this.#options = options;
    this.#context = context;
    this.#deadline = facts.deadline;
    this.#canCount = facts.canCount;
  }

  static over(
    options: CheckOptions,
    { db, counting, writable }: CheckedDatabase,
    deadline: Deadline,
  ): VendorChecks {
    const random = () => CHECK_LIMITS.retryDelayPart;
    const context = contextOf(
      { ...options, random },
      {
        db,
        databaseFiles: UNWATCHED_FILES,
        pacing: counting ?? db,
        writable,
        close: async () => {},
      },
    );
    return new VendorChecks(options, context, { deadline, canCount: counting !== undefined });
  }

  async check(tenant: TenantConfig): Promise<readonly Check[]> {
    const { tenant: name, googleDrive } = tenant;
    const { clock } = this.#options;
    const { db } = this.#context;
    const counters = new RunCounters();
    const bindings = await readBindings(db, name);
    const connections = this.#connect(tenant, { bindings, counters });
    const areas = {
      salesforce: this.#area(name, 'salesforce'),
      google: this.#area(name, 'google-drive'),
      gong: this.#area(name, 'gong'),
    };
    const inDrive = { tenant, connections, db, clock };
    await Promise.all([
      checkSalesforce(areas.salesforce, { tenant, connections, counters, clock }),
      googleDrive && checkGoogle(areas.google, { ...inDrive, config: googleDrive }),
      checkGong(areas.gong, {
        tenant,
        connections,
        probe: () => this.#probeGong(tenant, connections),
        canCount: this.#canCount,
      }),
    ]);
    return Object.values(areas).flatMap(({ checks }) => checks);
  }

  #area(tenant: string, area: CheckArea): AreaChecks {
    return new AreaChecks({ tenant, area, deadline: this.#deadline });
  }

  #connect(
    tenant: TenantConfig,
    facts: { readonly bindings: Bindings; readonly counters: RunCounters },
  ): Connections {
    const { signal } = this.#deadline;
    return connect(this.#context, { ...facts, tenant, signal, emit: undefined });
  }

  /** One call for all tenants with the same credentials at the same address. */
  #probeGong(tenant: TenantConfig, connections: Connections): Promise<GongProbe> {
    const { baseUrl, auth } = tenant.gong;
    const secret = auth.flow === 'access-key' ? auth.accessKeySecret : auth.clientSecret;
    const key = JSON.stringify([connections.gong.account, baseUrl, secret.reveal()]);
    const { signal } = this.#deadline;
    const probe =
      this.#probes.get(key) ?? probeGong(this.#context, { tenant, connections, signal });
    this.#probes.set(key, probe);
    // Each caller handles the error.
    probe.catch(() => {});
    return probe;
  }
}
