import fc from 'fast-check';
import type { AppContext } from '../../src/runs/app-context.ts';
import { RunBroken } from '../../src/runs/run-lifecycle.ts';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { configurationRow } from './data-configuration.ts';
import {
  anyMutation,
  type Mutation,
  mutated,
  mutations,
  type Path,
  valuesOf,
} from './data-mutations.ts';
import type { TorturePart, TortureRow } from './part.ts';
import { shortenTimeouts } from './short-timeouts.ts';
import type { Answer, Exchange, Plan } from './wire-proxy.ts';
import { type CaseResult, STAGES, type Stage, WireWorld } from './wire-world.ts';

const SHORT_CASES = 60;
const RANDOM_CASES = { short: 30, long: 3_000 };
const CASES_PER_LINE = 100;
/** The words of a bug, in whatever JavaScript throws. zod says "received undefined". */
const BUG =
  /(?<!received )\bundefined\b|\[object |Cannot |is not a function|not iterable|Maximum call stack/;

interface Field {
  readonly stage: Stage;
  /** the kind of response */
  readonly label: string;
  readonly path: Path;
  /** as the vendor sends it */
  readonly value: unknown;
}

interface Case extends Field {
  readonly mutation: Mutation;
}

/** A share, and the file or delivery that it is about. */
interface Expected {
  readonly eventId: string;
  readonly subject: string;
}

interface Inspected {
  readonly rows: readonly { readonly subject: string; readonly isExplained: boolean }[];
  readonly setAside: number;
}

/**
 * Every value of every vendor response, and of the configuration, replaced by a wrong one. Nothing
 * crashes, and each share has a row with a state, or the run an error that says why it has none.
 */
export const data: TorturePart = async ({ seed, long, only = '', report }) => {
  using _timeouts = shortenTimeouts();
  await using world = await WireWorld.start();
  const rows = new Map<string, TortureRow>();
  for (const stage of STAGES) {
    await world.enter(stage);
    const { fields, expected } = await recorded(world, stage);
    const cases = casesOf(fields, { seed, long, only });
    report(`${stage}: ${fields.length} fields, ${cases.length} cases`);
    for (const [index, each] of cases.entries()) {
      const row = await tryCase(world, each, expected);
      for (const failure of row.failures) report(failure);
      rows.set(row.fault, sum(rows.get(row.fault), row));
      if ((index + 1) % CASES_PER_LINE === 0) report(`${stage}: ${index + 1} of ${cases.length}`);
    }
  }
  return [...rows.values(), ...(await configurationRow({ seed, long, only }))];
};

/** The fields of all responses of an undisturbed stage, and its shares. */
async function recorded(
  world: WireWorld,
  stage: Stage,
): Promise<{ readonly fields: Field[]; readonly expected: readonly Expected[] }> {
  const fields = new Map<string, Field>();
  const plan: Plan = () => async (exchange) => {
    const answer = await exchange.forward();
    for (const { path, value } of valuesOf(jsonOf(answer))) {
      const field = { stage, label: exchange.label, path, value };
      fields.set(`${exchange.label} ${path.join('.')}`, field);
    }
    exchange.send(answer);
  };
  const { thrown } = await world.case(stage, { plan, recovery: 'none' });
  if (thrown !== undefined) throw thrown;
  const expected = world.sandbox.gong.events.map(({ eventId = '', body }) => ({
    eventId,
    subject: `${body?.['contentId']}`,
  }));
  return { fields: [...fields.values()], expected };
}

function casesOf(
  fields: readonly Field[],
  { seed, long, only }: { readonly seed: number; readonly long: boolean; readonly only: string },
): Case[] {
  const all = fields
    .flatMap((field) => mutations.map((mutation) => ({ ...field, mutation })))
    .filter((each) => nameOf(each).includes(only));
  const random = createRandom(seed);
  const order = all.map((each) => ({ each, at: random() })).sort((one, other) => one.at - other.at);
  const chosen = order.slice(0, long ? all.length : SHORT_CASES / STAGES.length);
  const anyField = fc.constantFrom(...fields);
  const arbitrary = fc
    .tuple(anyField, anyMutation)
    .map(([field, mutation]) => ({ ...field, mutation }));
  const numRuns = RANDOM_CASES[long ? 'long' : 'short'] / STAGES.length;
  const anyValues = fc.sample(arbitrary, { seed, numRuns });
  return [
    ...chosen.map(({ each }) => each),
    ...anyValues.filter((each) => nameOf(each).includes(only)),
  ];
}

async function tryCase(
  world: WireWorld,
  each: Case,
  expected: readonly Expected[],
): Promise<TortureRow> {
  let tried = 0;
  const plan: Plan = ({ label }) => {
    if (label !== each.label) return undefined;
    tried += 1;
    return async (exchange) => exchange.send(changed(await exchange.forward(), each, exchange));
  };
  const result = await world.case(each.stage, { plan, inspect, recovery: 'none' });
  const lost = omitsRows(each) ? [] : unexplained(result, expected);
  const name = nameOf(each);
  return {
    fault: `${each.label.split(' ', 1)}: a value ${each.mutation.name.replace(/^replaced by.*/s, 'of any kind')}`,
    tried,
    lost: lost.length,
    doubled: result.accepted.length - new Set(result.accepted).size,
    worstRecoveryMs: null,
    failures: [
      ...lost.map((eventId) => `${name}: ${eventId} has no event, row, or error`),
      ...bugsIn(result).map((bug) => `${name}: ${bug}`),
    ],
  };
}

function changed(answer: Answer, { path, mutation }: Case, { vendor }: Exchange): Answer {
  const value = mutated(jsonOf(answer), path, mutation);
  // Unescaped, as vendors send it; a lone surrogate stays an escape.
  const text = vendor === 'gong' && value === undefined ? '' : JSON.stringify(value ?? null);
  return { ...answer, body: Buffer.from(text) };
}

/** True if the response is valid, and says that the vendor has no more rows than these. */
function omitsRows({ path, mutation, value }: Case): boolean {
  const after = mutation.change(value);
  const isNone = after === undefined || JSON.stringify(after) === '[]';
  const isLast = path.at(-1) === 'nextPageToken' && (after === undefined || after === '');
  const isRow = typeof path.at(-1) === 'number' && after === undefined;
  const isEmptyPage = path.length === 0 && JSON.stringify(after) === '{}';
  return isLast || isRow || isEmptyPage || (Array.isArray(value) && isNone);
}

/** The shares that neither reached Gong, nor have a row, nor are covered by an error of the run. */
function unexplained(result: CaseResult, expected: readonly Expected[]): string[] {
  const { rows, setAside } = result.inspected as Inspected;
  const errors = result.report?.errors.length ?? 1;
  if (errors > 0 || setAside > 0) return [];
  const known = new Set(
    rows.filter(({ isExplained }) => isExplained).map(({ subject }) => subject),
  );
  const inGong = new Set(result.accepted);
  return expected
    .filter(({ eventId, subject }) => !inGong.has(eventId) && !known.has(subject))
    .map(({ eventId }) => eventId);
}

function bugsIn({ report, thrown }: CaseResult): string[] {
  const isNamed = thrown instanceof RunBroken && !BUG.test(thrown.message);
  const errors = report?.errors ?? [];
  const polluted = 'polluted' in {};
  return [
    ...(thrown === undefined || isNamed ? [] : [`the run threw ${thrown}`]),
    ...errors
      .filter(({ message, hint }) => message === '' || hint === '' || BUG.test(message))
      .map(({ message }) => `an error looks like a bug: "${message}"`),
    ...(polluted ? ['the prototype of all objects was changed'] : []),
  ];
}

async function inspect({ db }: AppContext): Promise<Inspected> {
  const events = await db.selectFrom('event').select(['state', 'reason', 'share']).execute();
  const setAside = await db.selectFrom('set_aside').select('id').execute();
  const rows = events.map(({ state, reason, share }) => ({
    subject: String((JSON.parse(share ?? '{}') as ShareColumn).content?.id),
    isExplained:
      ['pending', 'delivered', 'duplicate'].includes(state) ||
      reason !== null ||
      state === 'rejected',
  }));
  return { rows, setAside: setAside.length };
}

interface ShareColumn {
  readonly content?: { readonly id?: string };
}

function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return body.toString('utf8');
  }
}

function nameOf({ stage, label, path, mutation }: Case): string {
  return `"${path.join('.')}" of "${label}" ${mutation.name.slice(0, 200)} in the ${stage}`;
}

function sum(before: TortureRow | undefined, row: TortureRow): TortureRow {
  if (before === undefined) return row;
  return {
    ...row,
    tried: before.tried + row.tried,
    lost: before.lost + row.lost,
    doubled: before.doubled + row.doubled,
    failures: [...before.failures, ...row.failures],
  };
}
