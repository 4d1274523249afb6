import type { SandboxVendor } from '../../src/sandbox/sandbox.ts';
import type { WireFault } from './wire-fault.ts';
import type { Answer, Exchange } from './wire-proxy.ts';

type Json = Readonly<Record<string, unknown>>;

const READ: readonly SandboxVendor[] = ['salesforce', 'google'];
/** Part of the page tokens below, which no vendor issued. */
const ENDLESS = 'endless';

const NAMED = /does not end/;

export const endlessFaults: readonly WireFault[] = [
  {
    name: 'endless pages of the same rows',
    vendors: READ,
    reach: 'kind',
    strike: endless((body) => body),
    named: NAMED,
  },
  {
    name: 'endless pages without rows',
    vendors: READ,
    reach: 'kind',
    strike: endless((body) => changeLists(body, () => [])),
    named: NAMED,
  },
  {
    name: 'endless pages of new rows',
    vendors: READ,
    reach: 'kind',
    strike: endlessNewRows(1),
    inventsRows: true,
    named: NAMED,
  },
];

/** Lists that are not what the vendor promises. They hit all requests of one kind. */
export const rowFaults: readonly WireFault[] = [
  ofLists('each row twice', (rows) => rows.flatMap((row) => [row, row])),
  ofLists('the rows in reverse', (rows) => rows.toReversed()),
  ofLists('the page twice in a row', (rows) => [...rows, ...rows]),
  ...endlessFaults,
];

/** True for a page whose token comes from an endless list. */
export function isOfEndlessList({ target }: Exchange): boolean {
  return target.includes(ENDLESS);
}

function ofLists(name: string, change: (rows: readonly unknown[]) => unknown[]): WireFault {
  return {
    name,
    vendors: READ,
    reach: 'kind',
    strike: async (exchange) => {
      const answer = await exchange.forward();
      exchange.send(withJson(answer, (body) => changeLists(body, change)));
    },
  };
}

/** The vendor's own rows, then pages of others, `copies` times as many. */
export function endlessNewRows(copies: number): WireFault['strike'] {
  return endless((body, page) => {
    return page === 1
      ? body
      : changeLists(body, (rows) =>
          Array.from({ length: copies }, (_, copy) => copy + page * copies).flatMap((number) =>
            rows.map((row) => renewed(row, number)),
          ),
        );
  });
}

/** `pageOf` is called with the vendor's page, and the page's number within the list from 1 on. */
function endless(pageOf: (body: Json, page: number) => Json): WireFault['strike'] {
  const first = new Map<string, Answer>();
  let pages = 0;
  return async (exchange) => {
    const kind = exchange.label.replace(/(query).*/, '$1');
    const answer = isOfEndlessList(exchange)
      ? (first.get(kind) ?? (await exchange.forward()))
      : await exchange.forward();
    if (!isOfEndlessList(exchange)) first.set(kind, answer);
    pages += 1;
    const token = `${ENDLESS}${pages}`;
    exchange.send(
      withJson(answer, (body) => {
        if (!isList(body)) return body;
        const page = pageOf(body, isOfEndlessList(exchange) ? pages : 1);
        const { newStartPageToken: _end, ...rest } = page;
        if (exchange.vendor === 'google') return { ...rest, nextPageToken: token };
        const path = exchange.target.split('/query')[0];
        return { ...rest, done: false, nextRecordsUrl: `${path}/query/01g${token}-2000` };
      }),
    );
  };
}

/** The keys that identify a row, or the person that it is about. */
const IDENTITIES: ReadonlySet<string> = new Set([
  ...['id', 'fileId', 'driveId', 'primaryEmail', 'emailAddress', 'domainName', 'uniqueQualifier'],
  ...['Id', 'Email'],
]);
const SALESFORCE_ID = /^\w{18}$/;
const DIGITS = /^-?\d+$/;

/** The row as another one, of this page. */
function renewed(value: unknown, page: number): unknown {
  if (Array.isArray(value)) return value.map((each) => renewed(each, page));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => [
      key,
      IDENTITIES.has(key) && typeof field === 'string'
        ? renewedId(field, page)
        : renewed(field, page),
    ]),
  );
}

function renewedId(id: string, page: number): string {
  const number = `${page}`;
  if (DIGITS.test(id)) return `${BigInt(id) + BigInt(page) * 1_000n}`;
  // Keeps the prefix of the object, and the length.
  if (SALESFORCE_ID.test(id)) return `${id.slice(0, 5)}${number.padStart(10, 'z')}${id.slice(15)}`;
  return id.includes('@') || id.includes('.') ? `${number}.${id}` : `${id}${number}`;
}

function isList(body: Json): boolean {
  return Object.values(body).some(Array.isArray);
}

function changeLists(body: Json, change: (rows: readonly unknown[]) => unknown[]): Json {
  const entries = Object.entries(body).map(([key, value]) => {
    if (!Array.isArray(value)) return [key, value];
    // The parts of a composite belong to the requests by their position.
    if (key !== 'compositeResponse') return [key, change(value)];
    const parts = value.map((part: { readonly body: Json }) => ({
      ...part,
      body: changeLists(part.body, change),
    }));
    return [key, parts];
  });
  return Object.fromEntries(entries);
}

function withJson(answer: Answer, change: (body: Json) => Json): Answer {
  const body: unknown = JSON.parse(answer.body.toString('utf8'));
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (answer.status !== 200 || !isObject) return answer;
  return { ...answer, body: Buffer.from(JSON.stringify(change(body as Json))) };
}
