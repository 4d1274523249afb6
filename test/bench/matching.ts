/**
 * The processor time that matching takes of its own for one page of shares: what Salesforce answers
 * is made beforehand, so only asking, reading the rows and choosing count. Each page is measured
 * several times, as a run meets it: once cold, then warm.
 */
import { lookUp, type QueryBatch } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import type { Share } from '../../src/share/share.ts';
import { BATCH_LIMITS } from '../../src/sources/limits.ts';
import { OrgClient } from '../support/crm-client.ts';
import { deliveryOf, driveShareOf, idOf, type Org, orgOf } from '../support/crm-org.ts';
import { say } from './measure.ts';

const SHARES = BATCH_LIMITS.sharesPerBatchMax;
const RECIPIENTS_PER_SHARE = 3;
const DEALS_PER_ACCOUNT = 3;
const PASSES = 7;
const TARGET_MS = 100;
const OPTIONS = { timezone: 'America/New_York' };
const CREATED_AT = Date.parse('2026-10-01T00:00:00Z');

/** As many people as a page can name, each with an Account of a few open deals and a role. */
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

/** Answers as the org did the first time, at no cost. */
function replay(answers: ReadonlyMap<string, readonly unknown[]>): QueryBatch {
  return { queryBatch: async (soqls) => soqls.map((soql) => answers.get(soql) ?? []) };
}

async function record(org: Org, shares: readonly Share[]) {
  const answers = new Map<string, readonly unknown[]>();
  const client = new OrgClient(org);
  const recording: QueryBatch = {
    queryBatch: async (soqls) => {
      const rows = await client.queryBatch(soqls);
      for (const [index, soql] of soqls.entries()) answers.set(soql, rows[index] ?? []);
      return rows;
    },
  };
  await lookUp(recording, shares, OPTIONS);
  return answers;
}

async function measure(what: string, org: Org, shares: readonly Share[]): Promise<void> {
  const answers = await record(org, shares);
  const times: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const before = process.cpuUsage();
    const records = await lookUp(replay(answers), shares, OPTIONS);
    const matched = shares.filter((share) => matchShare(share, records, OPTIONS).matched);
    const { user, system } = process.cpuUsage(before);
    if (matched.length !== shares.length) throw new Error(`matched ${matched.length}`);
    times.push((user + system) / 1_000);
  }
  const [first = 0] = times;
  const median = times.toSorted((one, other) => one - other)[Math.floor(PASSES / 2)] ?? 0;
  say(
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
