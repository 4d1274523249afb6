import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { configurationRow } from './data-configuration.ts';
import {
  anyMutation,
  garbage,
  type Mutation,
  mutated,
  type Path,
  valuesOf,
} from './data-mutations.ts';
import {
  bugsIn,
  compareActs,
  type Expected,
  expectedOf,
  hasAll,
  type Inspected,
  inspect,
  unexplained,
} from './data-oracle.ts';
import { NEXT_ROW, plausible } from './data-plausible.ts';
import type { TorturePart, TortureRow } from './part.ts';
import { shortenTimeouts } from './short-timeouts.ts';
import type { Answer, Exchange, Plan } from './wire-proxy.ts';
import { STAGES, type Stage, WireWorld } from './wire-world.ts';

const SHORT_CASES = 60;
const RANDOM_CASES = { short: 30, long: 3_000 };
const AUDIT_TIME = /^items\.\d+\.id\.time$/;
/** Of an entry of the audit log, and of a delivery. */
const KEY_OF_ROW = /^items\.\d+\.id\.(time|uniqueQualifier)$|^records\.\d+\.Id$/;
const IDENTITY_OF_USER = /^users\.\d+\.(id|primaryEmail|aliases\.\d+)$/;
const NAME_CHARACTERS_MAX = 200;
const CASES_PER_LINE = 100;
/** A run waits for the disk and for sockets during half of its time. */
const WORLDS = { short: 1, long: 3 };

interface Field {
  readonly stage: Stage;
  /** the kind of response */
  readonly label: string;
  readonly path: Path;
  /** as the vendor sends it */
  readonly value: unknown;
  /** a response that has it */
  readonly document: unknown;
}

interface Case extends Field {
  readonly mutation: Mutation;
}

interface Choice {
  readonly seed: number;
  readonly long: boolean;
  readonly only: string;
}

/**
 * Every value of every vendor response, and of the configuration, replaced by a wrong one. Nothing
 * crashes, and each share has a row with a state, or the run an error that says why it has none.
 * Afterward, the vendors' values are right again: a full sync leaves each share in Gong once.
 */
export const data: TorturePart = async ({ seed, long, only = '', report }) => {
  using _timeouts = shortenTimeouts(long ? 'long' : 'short');
  const rows = new Map<string, TortureRow>();
  const count = WORLDS[long ? 'long' : 'short'];
  const worlds = await Promise.all(Array.from({ length: count }, () => WireWorld.start()));
  try {
    for (const stage of STAGES) {
      await Promise.all(worlds.map((world) => world.enter(stage)));
      const plain = await Promise.all(worlds.map((world) => recorded(world, stage)));
      const cases = casesOf(plain[0]?.fields ?? [], { seed, long, only });
      report(`${stage}: ${plain[0]?.fields.length} fields, ${cases.length} cases`);
      const queue = cases.toReversed();
      let done = 0;
      await Promise.all(
        worlds.map(async (world, index) => {
          const expected = plain[index]?.expected;
          for (let next = queue.pop(); next && expected; next = queue.pop()) {
            const row = await tryCase(world, next, expected);
            for (const failure of row.failures) report(failure);
            rows.set(row.fault, sum(rows.get(row.fault), row));
            done += 1;
            if (done % CASES_PER_LINE === 0) report(`${stage}: ${done} of ${cases.length}`);
          }
        }),
      );
    }
  } finally {
    await Promise.all(worlds.map((world) => world[Symbol.asyncDispose]()));
  }
  return [...rows.values(), ...(await configurationRow({ seed, long, only }))];
};

/** The fields of all responses of an undisturbed stage, and its shares. */
async function recorded(
  world: WireWorld,
  stage: Stage,
): Promise<{ readonly fields: Field[]; readonly expected: Expected }> {
  const fields = new Map<string, Field>();
  let isOver = false;
  const plan: Plan = () => async (exchange) => {
    const answer = await exchange.forward();
    const document = jsonOf(answer);
    for (const { path, value } of isOver ? [] : valuesOf(document)) {
      const field = { stage, label: exchange.label, path, value, document };
      fields.set(`${exchange.label} ${path.join('.')}`, field);
    }
    exchange.send(answer);
  };
  const result = await world.case(stage, {
    plan,
    inspect: (context) => {
      isOver = true;
      return inspect(context);
    },
    recovery: 'full sync',
  });
  const [problem] = bugsIn(result);
  if (problem !== undefined) throw new Error(`${stage} without faults: ${problem}`);
  return { fields: [...fields.values()], expected: expectedOf(result) };
}

function casesOf(fields: readonly Field[], { seed, long, only }: Choice): Case[] {
  const all = fields
    .flatMap((field) => [...garbage, ...plausible].map((mutation) => ({ ...field, mutation })))
    .filter((each) => nameOf(each).includes(only) && isChanged(each));
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

/** False if the mutation is for another kind of value. */
function isChanged(each: Case): boolean {
  return !isDeepStrictEqual(changedValueOf(each), each.value);
}

function changedValueOf({ mutation, value, document, path }: Case): unknown {
  return mutation.change(value, { document, path });
}

async function tryCase(world: WireWorld, each: Case, expected: Expected): Promise<TortureRow> {
  let tried = 0;
  const plan: Plan = ({ label }) => {
    if (label !== each.label) return undefined;
    tried += 1;
    return async (exchange) => exchange.send(changed(await exchange.forward(), each, exchange));
  };
  const result = await world.case(each.stage, {
    plan,
    inspect,
    recovery: (inspected) => {
      return (inspected as Inspected).state === expected.state ? 'none' : 'full sync';
    },
    isComplete: (events) => hasAll(events, expected),
  });
  const silent = omitsRows(each) || isBeforeWindow(each) ? [] : unexplained(result, expected);
  const { lost: missing, doubled: again } = result.isRecovered
    ? compareActs(result, expected)
    : { lost: [], doubled: [] };
  const lost = isMistakenIdentity(each) ? [] : missing;
  const doubled = isAnother(each) ? [] : again;
  const name = nameOf(each);
  return {
    fault: `${each.label.split(' ', 1)}: ${rowNameOf(each.mutation)}`,
    tried,
    lost: silent.length + lost.length,
    doubled: doubled.length,
    worstRecoveryMs: null,
    failures: [
      ...silent.map((eventId) => `${name}: ${eventId} has no event, row, or error`),
      ...lost.map((act) => `${name}: lost ${act}`),
      ...doubled.map((act) => `${name}: doubled ${act}`),
      ...bugsIn(result).map((bug) => `${name}: ${bug}`),
    ],
  };
}

function rowNameOf({ name, isPlausible }: Mutation): string {
  if (isPlausible) return `a wrong value in the right form: ${name}`;
  return `a value ${name.replace(/^replaced by.*/s, 'of any kind')}`;
}

function changed(answer: Answer, { path, mutation }: Case, { vendor }: Exchange): Answer {
  const value = mutated(jsonOf(answer), path, mutation);
  // Unescaped, as vendors send it; a lone surrogate stays an escape.
  const text = vendor === 'gong' && value === undefined ? '' : JSON.stringify(value ?? null);
  return { ...answer, body: Buffer.from(text) };
}

/** True if the response is valid, and says that the vendor has no more rows than these. */
function omitsRows(each: Case): boolean {
  const { path, value } = each;
  const after = changedValueOf(each);
  const isAbsent = after === undefined || after === null;
  const isNone = isAbsent || JSON.stringify(after) === '[]';
  const isLast = path.at(-1) === 'nextPageToken' && (isAbsent || after === '');
  const isElement = typeof path.at(-1) === 'number';
  // A row that appears twice, on one page, is one row that changed while it was read.
  const isNextRow =
    each.mutation.name === NEXT_ROW && (isElement || KEY_OF_ROW.test(path.join('.')));
  const isRow = (isElement && after === undefined) || isNextRow;
  // Google omits the field of an empty list, so that the page is any object without it.
  const isEmptyPage = path.length === 0 && hasNoFieldOf(value, after);
  return isLast || isRow || isEmptyPage || (Array.isArray(value) && isNone);
}

function hasNoFieldOf(before: unknown, after: unknown): boolean {
  if (typeof before !== 'object' || before === null) return false;
  if (typeof after !== 'object' || after === null || Array.isArray(after)) return false;
  return Object.keys(before).every((key) => !Object.hasOwn(after, key));
}

/** True if the row says that it is another one: no one can know that it was read under another key. */
function isAnother({ path, mutation: { isPlausible = false } }: Case): boolean {
  return isPlausible && KEY_OF_ROW.test(path.join('.'));
}

/**
 * True if the Directory says that a user has another person's id or address: their acts count as the
 * user's own then, and what is on record as internal stays so.
 */
function isMistakenIdentity({ path, mutation: { isPlausible = false } }: Case): boolean {
  return isPlausible && IDENTITY_OF_USER.test(path.join('.'));
}

/**
 * True for an entry in the day before a backfill's window, which is read, but belongs to another
 * one.
 */
function isBeforeWindow({ stage, path, mutation }: Case): boolean {
  const isOfEntry = AUDIT_TIME.test(path.join('.'));
  return stage === 'backfill' && isOfEntry && mutation.name === 'two days earlier';
}

function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return body.toString('utf8');
  }
}

function nameOf({ stage, label, path, mutation }: Case): string {
  const how = mutation.isPlausible ? 'plausibly ' : '';
  const what = `"${path.join('.')}" of "${label}"`;
  return `${what} ${how}${mutation.name.slice(0, NAME_CHARACTERS_MAX)} in the ${stage}`;
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
