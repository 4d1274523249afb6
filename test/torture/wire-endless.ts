import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { addDrive, shareFiles } from '../support/drive-kills.ts';
import type { TortureRow } from './part.ts';
import { PEAK_MEGABYTES_MAX, peakOf, routeThrough } from './wire-memory.ts';
import { startFaultyWire } from './wire-proxy.ts';
import { endlessNewRows, isOfEndlessList } from './wire-rows.ts';

const FAULT = 'memory: endless pages of new rows';
const NAMED = /does not end|has more than \d+ rows/;
const SHARES = 3;

const PAST_MS = 60 * 60_000;
const FULL_SYNC = 'sync --full --no-push --json';

interface EndlessList {
  /** of its requests */
  readonly label: RegExp;
  /** of the vendor's own rows */
  readonly copies: number;
  /** default: `FULL_SYNC` */
  readonly command?: string;
}

/** Each list that a run reads in pages. */
const LISTS: readonly EndlessList[] = [
  { label: /directory\/v1\/users$/, copies: 500 },
  { label: /\/drive\/v3\/drives$/, copies: 500 },
  { label: /activity\/users\/all\/applications\/drive change_user_access$/, copies: 20 },
  { label: /\/drive\/v3\/changes$/, copies: 5, command: 'sync --no-push --json' },
  { label: /files\/0A\w+\/permissions$/, copies: 100 },
  { label: /files\/(?!0A)\w+\/permissions$/, copies: 100 },
  { label: /\/drive\/v3\/files$/, copies: 20 },
  { label: /ContentDistribution$/, copies: 100 },
  { label: /\/composite$/, copies: 400 },
];

/**
 * The longest lists that must fit in memory and still end: below their limits, so that all their rows
 * are used. With the change logs, such a run takes an hour.
 */
const LONG_LISTS: readonly (EndlessList & { readonly pages: number })[] = [
  { label: /directory\/v1\/users$/, copies: 500, pages: 266 },
  { label: /\/drive\/v3\/drives$/, copies: 500, pages: 399 },
];

/**
 * Lists that always have new rows, each in a run of its own, by a real process whose peak memory is
 * measured. If they never end, the run must end at a limit, and say so.
 */
export async function endlessRow(
  only: string,
  report: (line: string) => void,
): Promise<TortureRow[]> {
  if (!FAULT.includes(only)) return [];
  let tried = 0;
  let worstMegabytes = 0;
  const failures: string[] = [];
  for (const list of [...LISTS, ...LONG_LISTS]) {
    const { strikes, megabytes, problem } = await endlessRun(list);
    const name = `${list.label.source}${'pages' in list ? `, ${list.pages} pages` : ''}`;
    report(`${name}: ${strikes} responses, a peak of ${megabytes} MB`);
    tried += strikes;
    worstMegabytes = Math.max(worstMegabytes, megabytes);
    if (problem !== undefined) failures.push(`${FAULT}, ${name}: ${problem}`);
  }
  const fault = `${FAULT} (peak ${worstMegabytes} MB)`;
  return [{ fault, tried, lost: 0, doubled: 0, worstRecoveryMs: null, failures }];
}

async function endlessRun(list: EndlessList & { readonly pages?: number }) {
  const { label, copies, pages, command = FULL_SYNC } = list;
  await using world = await startCliWorld();
  await using wire = await startFaultyWire(world.sandbox);
  addDrive(world);
  routeThrough(wire, world);
  if (pages !== undefined) world.configure({ googleDrive: { detect: ['audit-log'] } });
  const deck = addSharedDrive(world);
  world.deliver(SHARES);
  shareFiles(world, { from: 0, count: SHARES, audit: 'logged' });
  // The second run reads the change logs.
  await peakOf(world, 'sync --no-push --json');
  world.deliver(SHARES);
  shareFiles(world, { from: SHARES, count: SHARES, audit: 'logged' });
  deck.shareAgain();
  let strikes = 0;
  const strike = endlessNewRows(copies, pages);
  wire.begin((exchange) => {
    if (!label.test(exchange.label) && !isOfEndlessList(exchange)) return undefined;
    strikes += 1;
    return strike;
  });
  const end = await peakOf(world, command);
  const code = pages === undefined ? 1 : 0;
  return { strikes, megabytes: end.megabytes, problem: problemOf(end, { strikes, code }) };
}

/** A shared drive with a member, and a file with shares: only there, permissions are a list. */
function addSharedDrive({ sandbox: { google, clock, credentials } }: CliWorld) {
  const by = credentials.google.adminSubject;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [by]: 'organizer' } });
  const file = google.createFile({ name: 'Deck', drive, by, at: clock.now() - PAST_MS });
  google.share(file, { to: 'ada@globex.example', by, at: clock.now() - PAST_MS / 2 });
  return { shareAgain: () => google.share(file, { to: 'ben@globex.example', by }) };
}

function problemOf(
  { code, stdout, stderr, megabytes }: Awaited<ReturnType<typeof peakOf>>,
  expected: { readonly strikes: number; readonly code: number },
): string | undefined {
  if (expected.strikes === 0) return 'no such request';
  if (code !== expected.code) return `exit ${code}: ${stderr}`;
  if (!(megabytes <= PEAK_MEGABYTES_MAX)) return `a peak of ${megabytes} MB`;
  const isNamed = code === 0 || NAMED.test(stdout);
  return isNamed ? undefined : `no error names it: ${stdout}`;
}
