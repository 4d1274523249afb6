import { z } from 'zod';
import { classifyResponse, classifyUnreadable } from './classify.ts';
import { errorOf } from './errors.ts';
import { SALESFORCE_LIMITS } from './limits.ts';

/** One record as Salesforce sent it; whoever asked for the fields parses them. */
export type Row = Readonly<Record<string, unknown>>;

/** One page of a query; `next` is the path of the page after it. */
export interface QueryPage {
  readonly rows: Row[];
  readonly next: string | undefined;
  /** rows of the whole query, where the answer says so */
  readonly total: number | undefined;
}

const queryAnswer = z.compile(
  z.object({
    // What is not there cannot be compared; `done` and the way to the next page still must be.
    totalSize: z.int().nonnegative().nullish(),
    done: z.boolean(),
    // A path, never a host of the answer's choice: the token goes there.
    nextRecordsUrl: z
      .string()
      .regex(/^\/services\/data\//)
      .optional(),
    // Checked, not copied: z.record would build every row a second time.
    records: z.array(z.custom<Row>(isRow)),
  }),
);

function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type QueryAnswer = z.infer<typeof queryAnswer>;

const compositeAnswer = z.object({
  compositeResponse: z.array(
    z.object({ httpStatusCode: z.int(), referenceId: z.string(), body: z.unknown() }),
  ),
});

/**
 * A page of a query after the first. Throws a RetryableError where the answer is not one, or says
 * that there is more and not where.
 */
export function readQueryPage(body: unknown): QueryPage {
  return pageOf(parseQueryAnswer(body));
}

/** The first page of a query: if it is the only one, it must hold every row that it announces. */
export function readFirstQueryPage(body: unknown): QueryPage {
  const answer = parseQueryAnswer(body);
  const announced = answer.totalSize ?? answer.records.length;
  const complete = !answer.done || answer.records.length === announced;
  if (!complete) throw errorOf(classifyUnreadable(body));
  return pageOf(answer);
}

function parseQueryAnswer(body: unknown): QueryAnswer {
  const parsed = queryAnswer.safeParse(body);
  const unreadable =
    !parsed.success || (!parsed.data.done && parsed.data.nextRecordsUrl === undefined);
  if (unreadable) throw errorOf(classifyUnreadable(body));
  return parsed.data;
}

function pageOf({ done, nextRecordsUrl, records, totalSize }: QueryAnswer): QueryPage {
  return {
    rows: records,
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
 * The first pages of `count` queries, in the order of the request, whatever that of the answer is.
 * A sub-answer that failed throws what it means; one that is missing, doubled or not asked for
 * throws a RetryableError. None of them is ever taken for "no rows".
 */
export function readComposite(body: unknown, count: number, nowMs: number): QueryPage[] {
  const answers = compositeAnswer.safeParse(body).data?.compositeResponse ?? [];
  const byReference = new Map(answers.map((answer) => [answer.referenceId, answer]));
  const asked = Array.from({ length: count }, (_, index) => byReference.get(referenceOf(index)));
  const found = asked.filter((answer) => answer !== undefined);
  if (answers.length !== count || found.length !== count) throw errorOf(classifyUnreadable(body));
  return found.map((answer) => {
    if (answer.httpStatusCode === 200) return readFirstQueryPage(answer.body);
    const failed = { status: answer.httpStatusCode, headers: {}, body: answer.body };
    throw errorOf(classifyResponse(failed, nowMs));
  });
}

function referenceOf(index: number): string {
  return `query${index}`;
}
