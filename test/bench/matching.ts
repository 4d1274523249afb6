/**
 * The processor time of matching one page of shares. The responses of Salesforce are recorded
 * before, so it covers only building queries, reading rows and choosing records. Each page is
 * measured several times: once cold, then warm.
 */
import { lookUp, type QueryBatch } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import type { Share } from '../../src/share/share.ts';
import { BATCH_LIMITS } from '../../src/sources/limits.ts';
import { OrgClient } from '../support/crm-client.ts';
import { deliveryOf, driveShareOf, idOf, type Org, orgOf } from '../support/crm-org.ts';
import { print } from './measure.ts';

const SHARES = BATCH_LIMITS.sharesPerBatchMax;
const RECIPIENTS_PER_SHARE = 3;
const DEALS_PER_ACCOUNT = 3;
const PASSES = 7;
const TARGET_MS = 100;
const OPTIONS = { timezone: 'America/New_York' };
const CREATED_AT = Date.parse('2026-10-01T00:00:00Z');

/** An org with this many people, each with an Account, a few open deals and a role. */
function customers(people: number): Org {
  const numbers = Array.from({ length: people }, (_, number) => number);
  return orgOf({
    accounts: numbers.map((number) => ({
      id: idOf('Account', number),
      name: `Customer ${number}`,
    })),
    contacts: numbers.map((number) => ({
      id: idOf('Contact', number),
      email: emailOf(number),
      name: `Person ${number}`,
      title: 'Buyer',
      accountId: idOf('Account', number),
    })),
    opportunities: numbers.flatMap((number) =>
      Array.from({ length: DEALS_PER_ACCOUNT }, (_, deal) => ({
        id: idOf('Opportunity', number * DEALS_PER_ACCOUNT + deal),
        name: `Deal ${deal} of ${number}`,
        accountId: idOf('Account', number),
        createdAt: CREATED_AT + deal,
        closed: false,
      })),
    ),
    roles: numbers.map((number) => ({
      opportunityId: idOf('Opportunity', number * DEALS_PER_ACCOUNT),
      contactId: idOf('Contact', number),
      primary: true,
    })),
  });
}

function emailOf(number: number): string {
  return `person.${number}@customer-${number}.example`;
}

/** Returns the recorded rows, at no cost. */
function replay(recorded: ReadonlyMap<string, readonly unknown[]>): QueryBatch {
  return { queryBatch: async (soqls) => soqls.map((soql) => recorded.get(soql) ?? []) };
}

async function record(org: Org, shares: readonly Share[]) {
  const rowsOf = new Map<string, readonly unknown[]>();
  const client = new OrgClient(org);
  const recording: QueryBatch = {
    queryBatch: async (soqls) => {
      const rows = await client.queryBatch(soqls);
      for (const [index, soql] of soqls.entries()) rowsOf.set(soql, rows[index] ?? []);
      return rows;
    },
  };
  await lookUp(recording, shares, OPTIONS);
  return rowsOf;
}

async function measure(what: string, org: Org, shares: readonly Share[]): Promise<void> {
  const recorded = await record(org, shares);
  const times: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const before = process.cpuUsage();
    const records = await lookUp(replay(recorded), shares, OPTIONS);
    const matched = shares.filter((share) => matchShare(share, records, OPTIONS).matched);
    const { user, system } = process.cpuUsage(before);
    if (matched.length !== shares.length) throw new Error(`only ${matched.length} shares matched`);
    times.push((user + system) / 1_000);
  }
  const [first = 0] = times;
  const median = times.toSorted((one, other) => one - other)[Math.floor(PASSES / 2)] ?? 0;
  print(
    `${what}: ${shares.length.toLocaleString('en-US')} shares, first page ${first.toFixed(0)} ms, ` +
      `median ${median.toFixed(0)} ms of processor time (target ${TARGET_MS} ms)`,
  );
}

const numbers = Array.from({ length: SHARES }, (_, number) => number);
await measure(
  'deliveries, one Contact each',
  customers(SHARES),
  numbers.map((number) => deliveryOf({ type: 'Contact', id: idOf('Contact', number) })),
);
await measure(
  'Drive shares, one person each',
  customers(SHARES),
  numbers.map((number) => driveShareOf([emailOf(number)])),
);
await measure(
  `Drive shares, ${RECIPIENTS_PER_SHARE} people each`,
  customers(SHARES * RECIPIENTS_PER_SHARE),
  numbers.map((number) =>
    driveShareOf(
      Array.from({ length: RECIPIENTS_PER_SHARE }, (_, person) =>
        emailOf(number * RECIPIENTS_PER_SHARE + person),
      ),
    ),
  ),
);
