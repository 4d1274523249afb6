import type { SalesforceConfig } from '../../config/types.ts';
import { chunksOf } from '../../lib/chunks.ts';
import type { Clock } from '../../lib/clock.ts';
import { RetryableError, type UserError } from '../../lib/errors.ts';
import { ByteBudget } from '../http/byte-budget.ts';
import type { HttpRequest, TextResponse } from '../http/http-message.ts';
import { ListProgress } from '../http/list-progress.ts';
import { withRetries } from '../http/retry.ts';
import { VendorTime } from '../http/vendor-time.ts';
import { type ApiUsage, usageIn } from './api-usage.ts';
import { classifyResponse } from './classify.ts';
import { errorOf, LocatorLost, SalesforceError, SessionExpired } from './errors.ts';
import { SALESFORCE_LIMITS } from './limits.ts';
import type { RefreshTokenStore } from './refresh-token.ts';
import {
  compositeBody,
  type QueryPage,
  type Row,
  readComposite,
  readFirstQueryPage,
  readQueryPage,
  withoutAttributes,
} from './responses.ts';
import type { QueryPagesOptions, ReadRow, SalesforceClient } from './salesforce-client.ts';
import { type OpenSession, Session } from './session.ts';
import { callSalesforce } from './transport.ts';

export interface SalesforceClientOptions {
  readonly config: SalesforceConfig;
  readonly clock: Clock;
  /** from 0 to 1, as Math.random */
  readonly random: () => number;
  /** stores rotated refresh tokens; absent: they stay in memory, and `onTokenNotSaved` is called */
  readonly tokenStore?: RefreshTokenStore;
  readonly onTokenNotSaved?: (warning: UserError) => void;
  /** called as each billed call is sent; logins are not billed */
  readonly onCall: () => void;
  /** called with the org's Id after each login; if it throws, the login fails; absent: any org */
  readonly checkOrg?: (orgId: string) => void;
  readonly signal: AbortSignal;
  /** for one request and its body, in milliseconds; default: SALESFORCE_LIMITS.responseMsMax */
  readonly responseMsMax?: number;
  /** shared with the run's other vendors; default: this client's own */
  readonly budget?: ByteBudget;
}

interface ApiCall<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly read: (body: unknown, instanceUrl: string) => T;
}

type PageCall<T> = Pick<ApiCall<QueryPage<T>>, 'signal' | 'read'>;

export function createSalesforceClient(options: SalesforceClientOptions): SalesforceClient {
  return new RestClient(options);
}

class RestClient implements SalesforceClient {
  readonly #options: SalesforceClientOptions;
  readonly #responseMsMax: number;
  readonly #budget: ByteBudget;
  readonly #session: Session;
  readonly #time: VendorTime;
  #usage: ApiUsage | undefined;

  constructor(options: SalesforceClientOptions) {
    this.#options = options;
    this.#responseMsMax = options.responseMsMax ?? SALESFORCE_LIMITS.responseMsMax;
    this.#budget = options.budget ?? new ByteBudget();
    this.#time = new VendorTime(options.clock);
    this.#session = new Session({
      config: options.config,
      clock: options.clock,
      time: this.#time,
      tokenStore: options.tokenStore,
      onTokenNotSaved: options.onTokenNotSaved ?? (() => {}),
      signal: options.signal,
      responseMsMax: this.#responseMsMax,
      checkOrg: options.checkOrg ?? (() => {}),
      budget: this.#budget,
      send: (request, signal) => this.#call(request, signal ?? options.signal),
    });
  }

  now(): number {
    return this.#time.now();
  }

  get usage(): ApiUsage | undefined {
    return this.#usage;
  }

  async instanceUrl(): Promise<string> {
    const { connection } = await withRetries(() => this.#session.open(), this.#options);
    return connection.instanceUrl;
  }

  async orgId(): Promise<string | undefined> {
    const { orgId } = await withRetries(() => this.#session.open(), this.#options);
    return orgId;
  }

  async *queryPages<T>(
    soql: string,
    readRow: ReadRow<T>,
    options: QueryPagesOptions = {},
  ): AsyncGenerator<readonly T[]> {
    const path = this.#queryPath(soql);
    if (path.length > SALESFORCE_LIMITS.queryUrlBytesMax) {
      throw new Error(`a query of ${path.length} bytes does not fit a URL`);
    }
    const signal = this.#signalWith(options.signal);
    const progress = new ListProgress('Salesforce', this.#options.clock);
    const first = withRows(readFirstQueryPage, readRow);
    let page = await this.#firstPage({ path, signal, read: first });
    if (page.total !== undefined) options.onTotal?.(page.total);
    yield page.rows;
    while (page.next !== undefined) {
      progress.add(page.rows);
      page = await this.#nextPage(page.next, { signal, read: withRows(readQueryPage, readRow) });
      yield page.rows;
    }
  }

  async queryBatch(soqls: readonly string[]): Promise<Row[][]> {
    const all: Row[][] = [];
    let left = SALESFORCE_LIMITS.rowsPerBatchMax;
    for (const chunk of chunksOf(soqls, SALESFORCE_LIMITS.queriesPerCallMax)) {
      for (const rows of await this.#queryChunk(chunk, left)) {
        left -= rows.length;
        all.push(rows);
      }
    }
    return all;
  }

  /** After a lost locator, the queries run again from the start: they have no order. */
  async #queryChunk(soqls: readonly string[], rowsMax: number): Promise<Row[][]> {
    for (let lost = 0; ; lost += 1) {
      try {
        const pages = await this.#composite(soqls);
        const all: Row[][] = [];
        let left = rowsMax;
        for (const page of pages) {
          const rows = await this.#allRows(page, left);
          left -= rows.length;
          all.push(rows);
        }
        return all;
      } catch (error) {
        if (!(error instanceof LocatorLost)) throw error;
        if (lost >= SALESFORCE_LIMITS.lostLocatorsMax) {
          throw new RetryableError(error.message, { cause: error });
        }
      }
    }
  }

  #composite(soqls: readonly string[]): Promise<QueryPage[]> {
    return this.#send({
      method: 'POST',
      path: `${this.#dataPath()}/composite`,
      body: compositeBody(soqls.map((soql) => this.#queryPath(soql))),
      signal: this.#options.signal,
      read: (body) => readComposite(body, soqls.length, this.#options.clock.now()),
    });
  }

  async #allRows(first: QueryPage, rowsMax: number): Promise<Row[]> {
    const progress = new ListProgress('Salesforce', this.#options.clock);
    const rows: Row[] = [];
    for (let page = first; ; ) {
      for (const row of page.rows) rows.push(withoutAttributes(row));
      if (rows.length > rowsMax) throw tooManyRows();
      if (page.next === undefined) return rows;
      progress.add(page.rows);
      page = await this.#nextPage(page.next, { signal: this.#options.signal, read: readQueryPage });
    }
  }

  /** A new query has no position that it could lose: such a response is a temporary failure. */
  #firstPage<T>(call: PageCall<T> & { readonly path: string }): Promise<QueryPage<T>> {
    return this.#retried(call.signal, async () => {
      try {
        return await this.#sendOnce({ method: 'GET', ...call });
      } catch (error) {
        if (!(error instanceof LocatorLost)) throw error;
        throw new RetryableError(error.message, { cause: error });
      }
    });
  }

  async #nextPage<T>(path: string, call: PageCall<T>): Promise<QueryPage<T>> {
    const page = await this.#send({ method: 'GET', path, ...call });
    if (page.next === path) throw new LocatorLost(`Salesforce's page leads to itself: ${path}`);
    return page;
  }

  #send<T>(call: ApiCall<T>): Promise<T> {
    return this.#retried(call.signal, () => this.#sendOnce(call));
  }

  /** Every temporary failure is retried: all requests of this client only read. */
  #retried<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    return withRetries(attempt, { clock, random, signal });
  }

  async #sendOnce<T>(call: ApiCall<T>): Promise<T> {
    const session = await this.#session.open();
    try {
      return await this.#request(session, call);
    } catch (error) {
      if (!(error instanceof SessionExpired)) throw error;
    }
    await this.#session.renew(session);
    try {
      return await this.#request(await this.#session.open(), call);
    } catch (error) {
      throw error instanceof SessionExpired ? stillExpired(error) : error;
    }
  }

  async #request<T>({ connection }: OpenSession, call: ApiCall<T>): Promise<T> {
    const { method, path, body, signal } = call;
    const response = await connection.request<unknown>(
      body === undefined
        ? { method, url: path }
        : { method, url: path, body, headers: { 'content-type': 'application/json' } },
      { signal },
    );
    return call.read(response, connection.instanceUrl);
  }

  async #call(request: HttpRequest, signal: AbortSignal): Promise<TextResponse> {
    this.#options.onCall();
    const sentAt = this.#options.clock.now();
    const response = await callSalesforce(request, {
      signal,
      responseMsMax: this.#responseMsMax,
      reuse: 'repeat',
      budget: this.#budget,
    });
    this.#time.learn(response.headers, sentAt);
    this.#usage = usageIn(response.headers) ?? this.#usage;
    if (response.status >= 400) {
      throw errorOf(classifyResponse(response, this.#options.clock.now()));
    }
    return response;
  }

  #signalWith(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined
      ? this.#options.signal
      : AbortSignal.any([this.#options.signal, signal]);
  }

  #queryPath(soql: string): string {
    if (soql.length > SALESFORCE_LIMITS.queryCharactersMax) {
      throw new Error(`a query of ${soql.length} characters is longer than SOQL allows`);
    }
    return `${this.#dataPath()}/query?q=${encodeURIComponent(soql)}`;
  }

  #dataPath(): string {
    return `/services/data/v${this.#options.config.apiVersion}`;
  }
}

function withRows<T>(
  readPage: (body: unknown) => QueryPage,
  readRow: ReadRow<T>,
): ApiCall<QueryPage<T>>['read'] {
  return (body, instanceUrl) => {
    const { rows, ...page } = readPage(body);
    return { ...page, rows: rows.map((row) => readRow(row, instanceUrl)) };
  };
}

function tooManyRows(): SalesforceError {
  const { rowsPerBatchMax } = SALESFORCE_LIMITS;
  const message = `a lookup in Salesforce has more than ${rowsPerBatchMax} rows`;
  return new SalesforceError(message, { code: 'TOO_MANY_ROWS' });
}

function stillExpired(error: SessionExpired): SalesforceError {
  return new SalesforceError(`${error.message} (again after a new login)`, {
    code: 'INVALID_SESSION_ID',
    hint:
      error.hint ??
      'The login works, but its session is refused: give the app the OAuth scope "Manage user ' +
        'data via APIs (api)", and check the session and IP settings of the integration user.',
  });
}
