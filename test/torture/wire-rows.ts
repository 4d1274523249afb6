import type { SandboxVendor } from '../../src/sandbox/sandbox.ts';
import type { WireFault } from './wire-fault.ts';
import type { Answer, Exchange } from './wire-proxy.ts';

type Json = Readonly<Record<string, unknown>>;

const READ: readonly SandboxVendor[] = ['salesforce', 'google'];
/** Part of the page tokens below, which no vendor issued. */
const ENDLESS = 'endless';
const TOKEN = /endless\d+/;

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

/**
 * The vendor's own rows, then pages of others, `copies` times as many. `pagesMax`: the list ends after
 * them.
 */
export function endlessNewRows(copies: number, pagesMax?: number): WireFault['strike'] {
  return endless((body, page) => {
    return page === 1
      ? body
      : changeLists(body, (rows) =>
          Array.from({ length: copies }, (_, copy) => copy + page * copies).flatMap((number) =>
            rows.map((row) => renewed(row, number)),
          ),
        );
  }, pagesMax);
}

/** `pageOf` is called with the list's first page, and the page's number within the list from 1 on. */
function endless(
  pageOf: (body: Json, page: number) => Json,
  pagesMax = Number.POSITIVE_INFINITY,
): WireFault['strike'] {
  /** by page token, the response with the list's first page */
  const lists = new Map<string, Answer>();
  let pages = 0;
  return async (exchange) => {
    const known = lists.get(TOKEN.exec(exchange.target)?.[0] ?? '');
    const answer = known ?? (await exchange.forward());
    const next = (first: Answer, body: Json) => {
      pages += 1;
      const token = `${ENDLESS}${pages}`;
      lists.set(token, first);
      const { newStartPageToken: _end, ...page } = pageOf(body, known === undefined ? 1 : pages);
      if (pages >= pagesMax) return { ...page, nextPageToken: undefined };
      if (exchange.vendor === 'google') return { ...page, nextPageToken: token };
      const path = exchange.target.replace(/\/(query|composite).*/, '');
      return { ...page, done: false, nextRecordsUrl: `${path}/query/01g${token}-2000` };
    };
    const changed = withJson(answer, (body) => {
      if (isComposite(body)) return withParts(body, answer, next);
      return isList(body) ? next(answer, body) : body;
    });
    exchange.send(changed);
  };
}

interface Composite extends Json {
  readonly compositeResponse: readonly { readonly body: Json }[];
}

function isComposite(body: Json): body is Composite {
  return 'compositeResponse' in body;
}

/** Each part is a list of its own. */
function withParts(
  body: Composite,
  answer: Answer,
  next: (first: Answer, body: Json) => Json,
): Composite {
  const parts = body.compositeResponse.map((part) =>
    Array.isArray(part.body)
      ? part
      : { ...part, body: next(answerWith(answer, part.body), part.body) },
  );
  return { ...body, compositeResponse: parts };
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
  return answerWith(answer, change(body as Json));
}

function answerWith(answer: Answer, body: Json): Answer {
  return { ...answer, body: Buffer.from(JSON.stringify(body)) };
}
