import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { CommandOptions } from '../support/command.ts';
import { addDrive, shareFiles, sharesInGong } from '../support/drive-kills.ts';
import type { TortureRow } from './part.ts';
import { bulkyFaults } from './wire-connections.ts';
import type { WireFault } from './wire-fault.ts';
import { type FaultyWire, startFaultyWire, VENDORS } from './wire-proxy.ts';
import { endlessFaults } from './wire-rows.ts';

/** 300 MB for the published program. The sources need some 40 MB more: Node strips their types. */
export const PEAK_MEGABYTES_MAX = 340;
const DELIVERIES = 3;
const SHARED_FILES = 3;

/**
 * Responses that cost memory, as the only ones of each vendor in turn, to a real process whose peak
 * memory is measured.
 */
export async function memoryRows(only: string): Promise<TortureRow[]> {
  const rows: TortureRow[] = [];
  const faults = [...bulkyFaults, ...endlessFaults.filter(({ inventsRows }) => !inventsRows)];
  for (const fault of faults) {
    const name = `memory: ${fault.name}`;
    if (name.includes(only)) rows.push(await memoryRow(name, fault));
  }
  return rows;
}

async function memoryRow(name: string, fault: WireFault): Promise<TortureRow> {
  await using world = await startCliWorld();
  await using wire = await startFaultyWire(world.sandbox);
  addDrive(world);
  routeThrough(wire, world);
  const deliveries = world.deliver(DELIVERIES);
  const files = shareFiles(world, { from: 0, count: SHARED_FILES, audit: 'logged' });
  let tried = 0;
  let worstMegabytes = 0;
  const failures: string[] = [];
  for (const vendor of VENDORS) {
    wire.begin((exchange) => {
      const isLogin = exchange.label.includes('token');
      if (exchange.vendor !== vendor || isLogin) return undefined;
      tried += 1;
      return fault.strike;
    });
    const { code, megabytes, stderr } = await peakOf(world);
    worstMegabytes = Math.max(worstMegabytes, megabytes);
    if (code !== 0 && code !== 1) failures.push(`${name}, ${vendor}: exit ${code}: ${stderr}`);
    if (!(megabytes <= PEAK_MEGABYTES_MAX))
      failures.push(`${name}, ${vendor}: a peak of ${megabytes} MB`);
  }
  wire.begin(() => undefined);
  await peakOf(world);
  const expected = [...files, ...deliveries.map(() => 'ada@globex.example')];
  const accepted = sharesInGong(world);
  failures.push(...wire.trapped);
  return {
    fault: `${name} (peak ${worstMegabytes} MB)`,
    tried,
    lost: Math.max(0, expected.length - accepted.length),
    doubled: accepted.length - new Set(accepted).size,
    worstRecoveryMs: null,
    failures,
  };
}

export function routeThrough({ origins }: FaultyWire, world: CliWorld): void {
  world.configure({
    salesforce: { loginUrl: origins.salesforce },
    googleDrive: { endpoint: origins.google },
    gong: { baseUrl: origins.gong },
  });
}

export async function peakOf(world: CliWorld, words = 'sync --json') {
  // A control sabotages this process, and what it measures.
  const sabotage = process.env['SABOTAGE'];
  const how: CommandOptions =
    sabotage === undefined
      ? { preloads: ['short-lists.ts', 'peak-memory.ts'] }
      : {
          preloads: ['sabotage.ts', 'short-lists.ts', 'peak-memory.ts'],
          env: { SABOTAGE: sabotage },
        };
  const { code, stdout, stderr } = await world.run(words, how);
  return { code, stdout, stderr, megabytes: Number(/peak megabytes: (\d+)/.exec(stderr)?.[1]) };
}
