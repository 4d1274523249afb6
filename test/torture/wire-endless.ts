import { startCliWorld } from '../support/cli-world.ts';
import { addDrive, shareFiles } from '../support/drive-kills.ts';
import type { TortureRow } from './part.ts';
import { PEAK_MEGABYTES_MAX, peakOf, routeThrough } from './wire-memory.ts';
import { startFaultyWire } from './wire-proxy.ts';
import { endlessNewRows, isOfEndlessList } from './wire-rows.ts';

const FAULT = 'memory: endless pages of new rows';
const NAMED = /does not end|has more than \d+ rows/;
const SHARES = 3;

/** Each list that a run reads: what its requests contain, and how many rows its pages get. */
const LISTS: readonly { readonly label: RegExp; readonly rowsPerPage: number }[] = [
  { label: /directory\/v1\/users$/, rowsPerPage: 500 },
  { label: /\/drive\/v3\/drives$/, rowsPerPage: 100 },
  { label: /activity\/users\/all\/applications\/drive change_user_access$/, rowsPerPage: 20 },
  { label: /\/drive\/v3\/changes$/, rowsPerPage: 50 },
  { label: /\/drive\/v3\/files$/, rowsPerPage: 100 },
  { label: /ContentDistribution$/, rowsPerPage: 100 },
  { label: /\/composite$/, rowsPerPage: 400 },
];

/**
 * Lists that never end and always have new rows, each in a run of its own, by a real process whose
 * peak memory is measured. The run must end at a limit, and say so.
 */
export async function endlessRow(
  only: string,
  report: (line: string) => void,
): Promise<TortureRow[]> {
  if (!FAULT.includes(only)) return [];
  let tried = 0;
  let worstMegabytes = 0;
  const failures: string[] = [];
  for (const list of LISTS) {
    const { strikes, megabytes, problem } = await endlessRun(list);
    report(`${list.label.source}: ${strikes} responses, a peak of ${megabytes} MB`);
    tried += strikes;
    worstMegabytes = Math.max(worstMegabytes, megabytes);
    if (problem !== undefined) failures.push(`${FAULT}, ${list.label.source}: ${problem}`);
  }
  const fault = `${FAULT} (peak ${worstMegabytes} MB)`;
  return [{ fault, tried, lost: 0, doubled: 0, worstRecoveryMs: null, failures }];
}

async function endlessRun({ label, rowsPerPage }: (typeof LISTS)[number]) {
  await using world = await startCliWorld();
  await using wire = await startFaultyWire(world.sandbox);
  addDrive(world);
  routeThrough(wire, world);
  world.deliver(SHARES);
  shareFiles(world, { from: 0, count: SHARES, audit: 'logged' });
  // The second run reads the change logs.
  await peakOf(world, 'sync --no-push --json');
  world.deliver(SHARES);
  shareFiles(world, { from: SHARES, count: SHARES, audit: 'logged' });
  let strikes = 0;
  const strike = endlessNewRows(rowsPerPage);
  wire.begin((exchange) => {
    if (!label.test(exchange.label) && !isOfEndlessList(exchange)) return undefined;
    strikes += 1;
    return strike;
  });
  const end = await peakOf(world, 'sync --full --no-push --json');
  return { strikes, megabytes: end.megabytes, problem: problemOf(end, strikes) };
}

function problemOf(
  { code, stdout, stderr, megabytes }: Awaited<ReturnType<typeof peakOf>>,
  strikes: number,
): string | undefined {
  if (strikes === 0) return 'no such request';
  if (code !== 1) return `exit ${code}: ${stderr}`;
  if (!(megabytes <= PEAK_MEGABYTES_MAX)) return `a peak of ${megabytes} MB`;
  return NAMED.test(stdout) ? undefined : `no error names it: ${stdout}`;
}
