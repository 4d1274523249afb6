import { LocatorLost } from '../../src/vendors/salesforce/errors.ts';
import type { Row } from '../../src/vendors/salesforce/responses.ts';
import type {
  QueryPagesOptions,
  ReadRow,
  SalesforceClient,
} from '../../src/vendors/salesforce/salesforce-client.ts';
import { salesforceTime } from '../../src/vendors/salesforce/time.ts';

const INSTANCE_URL = 'https://acme.my.salesforce.com';

export interface DeliveryFacts {
  readonly id: string;
  /** epoch milliseconds */
  readonly modifiedAt: number;
}

/**
 * An org with deliveries. It executes the source's query as Salesforce does: bounds in whole seconds,
 * ordered by time, in pages. `tieOrder` orders the rows within a second, because Salesforce does not
 * document that order.
 */
export class DeliveryClient implements SalesforceClient {
  readonly usage = undefined;
  readonly soqls: string[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  /** pages returned so far */
  pages = 0;
  /** numbers of the pages, across all queries, at which the query locator is lost */
  readonly lostAt = new Set<number>();
  tieOrder: (first: DeliveryFacts, second: DeliveryFacts) => number = (first, second) =>
    first.id < second.id ? -1 : 1;
  failure: Error | undefined;
  /** the page, counted across all queries, that fails with the error */
  failAt: { readonly page: number; readonly error: Error } | undefined;
  /** epoch milliseconds: the org's time */
  time = Date.UTC(2100, 0, 1);
  readonly #pageSize: number;
  readonly rows: DeliveryFacts[];

  constructor(rows: DeliveryFacts[], pageSize: number) {
    this.rows = rows;
    this.#pageSize = pageSize;
  }

  now(): number {
    return this.time;
  }

  async instanceUrl(): Promise<string> {
    return INSTANCE_URL;
  }

  async orgId(): Promise<string> {
    return '00DHp0000000001MAA';
  }

  async queryBatch(): Promise<Row[][]> {
    throw new Error('the source does not use it');
  }

  async *queryPages<T>(
    soql: string,
    readRow: ReadRow<T>,
    options: QueryPagesOptions = {},
  ): AsyncGenerator<readonly T[]> {
    this.soqls.push(soql);
    this.signals.push(options.signal);
    if (this.failure) throw this.failure;
    const rows = this.#select(soql);
    for (let start = 0; start < rows.length || start === 0; start += this.#pageSize) {
      options.signal?.throwIfAborted();
      this.pages += 1;
      if (this.failAt?.page === this.pages) throw this.failAt.error;
      if (this.lostAt.has(this.pages)) throw new LocatorLost('gone');
      const page = rows.slice(start, start + this.#pageSize);
      yield page.map((row) => readRow(row, INSTANCE_URL));
    }
  }

  #select(soql: string): Row[] {
    const from = /SystemModstamp >= (\S+)/.exec(soql)?.[1];
    if (from === undefined || !soql.endsWith('ORDER BY SystemModstamp, Id')) {
      throw new Error(`unexpected query: ${soql}`);
    }
    const second = ({ modifiedAt }: DeliveryFacts) => Math.floor(modifiedAt / 1_000);
    return this.rows
      .filter((row) => second(row) >= salesforceTime(from) / 1_000)
      .toSorted((one, other) => second(one) - second(other) || this.tieOrder(one, other))
      .map(({ id, modifiedAt }) => {
        const stamp = new Date(modifiedAt).toISOString().replace('Z', '+0000');
        return { Id: id, CreatedDate: stamp, SystemModstamp: stamp };
      });
  }
}
