/**
 * Simulates the vendors with a Google Workspace of any size in a separate process, so that a
 * benchmark measures only the product. Arguments: folder for the configuration, WorkspaceOptions as
 * JSON. Prints the origin of the simulated Google on standard output and serves until it is killed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import {
  SANDBOX_TENANT,
  writeSandboxConfiguration,
} from '../../src/sandbox/configuration-folder.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { WorkspaceOptions } from './measure.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const [folder = '', json = ''] = process.argv.slice(2);
const options = JSON.parse(json) as WorkspaceOptions;
const { activities, activityEveryMs, detect } = options;

const sandbox = await createSandbox({ latencyMs: options.latencyMs });
const { google, clock } = sandbox;
const activitiesAt = clock.now() - activities * activityEveryMs - HOUR_MS;
google.set({ reportsPerMinute: Number.POSITIVE_INFINITY, batches: options.batches });
google.generate({ ...options, filesAt: clock.now() - YEAR_MS, activitiesAt });
for (let drive = 0; drive < options.drives; drive += 1) {
  google.addSharedDrive({ name: `Drive ${drive}`, members: { [google.admin]: 'organizer' } });
}

const settings = { start: activitiesAt - HOUR_MS, timezone: 'UTC', googleDrive: true } as const;
await writeSandboxConfiguration(folder, sandbox, settings);
const path = join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`);
const tenant = parse(await readFile(path, 'utf8'));
tenant.googleDrive.detect = detect === 'both' ? ['audit-log', 'changes'] : [detect];
await writeFile(path, stringify(tenant));
process.stdout.write(`${sandbox.origins.google}\n`);
