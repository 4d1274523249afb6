import { z } from 'zod';
import { classifyResponse, classifyUnreadable } from './classify.ts';
import { errorOf } from './errors.ts';
import { SALESFORCE_LIMITS } from './limits.ts';

/** One record as Salesforce sent it. The caller parses the fields that it queried. */
export type Row = Readonly<Record<string, unknown>>;

/** One page of a query; `next` is the path of the page after it. */
export interface QueryPage<T = Row> {
  readonly rows: readonly T[];
  readonly next: string | undefined;
  /** rows of the complete query, if the response says so */
  readonly total: number | undefined;
}

const queryResponse = z.compile(
  z.object({
    // If absent, it cannot be compared; `done` and the link to the next page are still required.
    totalSize: z.int().nonnegative().nullish(),
    done: z.boolean(),
    // A path, never a host that the response chooses: the token is sent there.
    nextRecordsUrl: z
      .string()
      .regex(/^\/services\/data\//)
      .optional(),
    // Checked, not copied: z.record would build every row a second time.
    records: z.array(z.unknown()),
  }),
);

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The reader of the rows sets aside a row without fields. */
export function rowOf(value: unknown): Row {
  return isRow(value) ? value : { value };
}

/**
 * The row without `attributes` (a record's type and URL), its related records included: these take half
 * of a small row's memory. In place, because a copy of all rows would take as much again.
 */
export function withoutAttributes(row: Row): Row {
  if ('attributes' in row) (row as { attributes: unknown }).attributes = undefined;
  for (const field of Object.values(row)) if (isRow(field)) withoutAttributes(field);
  return row;
}

type QueryResponse = z.infer<typeof queryResponse>;

const compositeResponse = z.object({
  compositeResponse: z.array(
    z.object({ httpStatusCode: z.int(), referenceId: z.string(), body: z.unknown() }),
  ),
});

/**
 * A page of a query after the first. Throws a RetryableError if the response is not one, or if it
 * announces another page without a link.
 */
export function readQueryPage(body: unknown): QueryPage {
  return pageOf(parseQueryResponse(body));
}

/** The first page of a query: if it is the only one, it must hold every row that it announces. */
export function readFirstQueryPage(body: unknown): QueryPage {
  const response = parseQueryResponse(body);
  const announced = response.totalSize ?? response.records.length;
  const complete = !response.done || response.records.length === announced;
  if (!complete) throw errorOf(classifyUnreadable(body));
  return pageOf(response);
}

function parseQueryResponse(body: unknown): QueryResponse {
  const parsed = queryResponse.safeParse(body);
  const unreadable =
    !parsed.success || (!parsed.data.done && parsed.data.nextRecordsUrl === undefined);
  if (unreadable) throw errorOf(classifyUnreadable(body));
  return parsed.data;
}

function pageOf({ done, nextRecordsUrl, records, totalSize }: QueryResponse): QueryPage {
  return {
    rows: records.every(isRow) ? records : records.map(rowOf),
    next: done ? undefined : nextRecordsUrl,
    total: totalSize ?? undefined,
  };
}

/** The body of a composite request that runs the queries independently of each other. */
export function compositeBody(queryPaths: readonly string[]): string {
  if (queryPaths.length > SALESFORCE_LIMITS.queriesPerCallMax) {
    throw new Error(`${queryPaths.length} queries do not fit one composite request`);
  }
  return JSON.stringify({
    allOrNone: false,
    compositeRequest: queryPaths.map((url, index) => ({
      method: 'GET',
      url,
      referenceId: referenceOf(index),
    })),
  });
}

/**
 * The first pages of `count` queries, in the order of the request, whatever the order of the
 * response. A failed sub-response throws its own error; one that is missing, duplicated or not
 * requested throws a RetryableError. None of them is ever taken for "no rows".
 */
export function readComposite(body: unknown, count: number, nowMs: number): QueryPage[] {
  const responses = compositeResponse.safeParse(body).data?.compositeResponse ?? [];
  const byReference = new Map(responses.map((response) => [response.referenceId, response]));
  const all = Array.from({ length: count }, (_, index) => byReference.get(referenceOf(index)));
  const found = all.filter((response) => response !== undefined);
  if (responses.length !== count || found.length !== count) {
    throw errorOf(classifyUnreadable(body));
  }
  return found.map((response) => {
    if (response.httpStatusCode === 200) return readFirstQueryPage(response.body);
    const failed = { status: response.httpStatusCode, headers: {}, body: response.body };
    throw errorOf(classifyResponse(failed, nowMs));
  });
}

function referenceOf(index: number): string {
  return `query${index}`;
}
