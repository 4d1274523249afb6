import type { ApiUsage } from './api-usage.ts';
import type { Row } from './responses.ts';

/** What is kept of a row. `instanceUrl`: `https://HOST` of the instance that sent it. */
export type ReadRow<T> = (row: Row, instanceUrl: string) => T;

export interface QueryPagesOptions {
  readonly signal?: AbortSignal;
  readonly onTotal?: (rows: number) => void;
}

export interface SalesforceClient {
  /** Salesforce's time in epoch milliseconds, from the Date headers of its responses. */
  now(): number;
  /** `https://HOST` of the instance; logs in if necessary. */
  instanceUrl(): Promise<string>;
  /** The org's Id, 18 characters; logs in if necessary. Undefined if the login does not name it. */
  orgId(): Promise<string | undefined>;
  /**
   * The pages of a query, as the server splits it, one in memory at a time; each is a billed call.
   * `readRow` reads each row as its page arrives: the rows themselves take more memory.
   * `onTotal` receives the number of rows that the first response announces.
   * Throws LocatorLost if the server lost its position after the first page, UserError,
   * RetryableError (all attempts failed), or the reason of an aborted signal. No COUNT().
   */
  queryPages<T>(
    soql: string,
    readRow: ReadRow<T>,
    options?: QueryPagesOptions,
  ): AsyncGenerator<readonly T[]>;
  /**
   * All rows of each query, in the order of the queries; five queries per billed call. One failed
   * query fails the batch: no rows always means that none exist. No COUNT().
   */
  queryBatch(soqls: readonly string[]): Promise<Row[][]>;
  /** from the latest response; undefined before the first */
  readonly usage: ApiUsage | undefined;
}
