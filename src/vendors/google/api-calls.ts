import type { Clock } from '../../lib/clock.ts';
import type { Turn } from '../../lib/turn.ts';
import type { ByteBudget, ByteReservation } from '../http/byte-budget.ts';
import type { BatchAnswer, BatchCall, BatchRequests } from './batch-requests.ts';
import { GoogleError, RESPONSE_TOO_LARGE } from './errors.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import { PageSize } from './page-size.ts';
import { paginate } from './paginate.ts';
import type { ApiCall, Requests } from './requests.ts';
import type { Page } from './rows.ts';

/** As whom, and with which scopes, a call is made. */
export type Scoped = Pick<ApiCall<unknown>, 'service' | 'subject' | 'scopeSet'>;

/** A list that is read page by page. */
export interface PagedCall<P> extends Scoped, Pick<ApiCall<P>, 'read'> {
  /** the parameter that sets the page size, and the largest size */
  readonly size: { readonly pageSize: number } | { readonly maxResults: number };
  readonly invoke: (
    apis: Parameters<ApiCall<P>['invoke']>[0],
    options: Parameters<ApiCall<P>['invoke']>[1],
    page: { readonly pageToken?: string; readonly pageSize?: number; readonly maxResults?: number },
  ) => ReturnType<ApiCall<P>['invoke']>;
}

export interface ApiCallsOptions {
  readonly requests: Requests;
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly turn?: Turn;
}

/** Calls whose responses stay within the byte budget. Lists are read in pages of a fitting size. */
export class ApiCalls {
  readonly #options: ApiCallsOptions;

  constructor(options: ApiCallsOptions) {
    this.#options = options;
  }

  inTurn(turn: Turn): ApiCalls {
    return new ApiCalls({ ...this.#options, turn });
  }

  async send<T>(call: Omit<ApiCall<T>, 'reservation'>): Promise<T> {
    const { requests, budget, turn } = this.#options;
    const reservation = budget.open(turn);
    try {
      return await requests.send({ ...call, reservation });
    } finally {
      reservation.release();
    }
  }

  get batches(): BatchRequests {
    return this.#options.requests.batches;
  }

  /** Sends the calls together, and hands the answers to `use` while their bytes are held. */
  async sendTogether(
    calls: readonly BatchCall[],
    use: (answers: ReadonlyMap<number, BatchAnswer>) => void,
  ): Promise<void> {
    const { budget, turn } = this.#options;
    const reservation = budget.open(turn);
    try {
      use(await this.batches.send(calls, reservation));
    } finally {
      reservation.release();
    }
  }

  /** The pages from the token `first` on. */
  pages<P extends Page<unknown>>(list: PagedCall<P>, first?: string): AsyncGenerator<P> {
    const { budget, turn, clock } = this.#options;
    const pageSize = new PageSize(Object.values(list.size)[0] ?? GOOGLE_LIMITS.pageSizeMin);
    const fetchPage = async (
      pageToken: string | undefined,
      reservation: ByteReservation,
    ): Promise<P> => {
      for (;;) {
        try {
          const page = await this.#sendPage(list, { pageToken, pageSize, reservation });
          pageSize.addSuccess();
          return page;
        } catch (error) {
          const isTooLarge = error instanceof GoogleError && error.reason === RESPONSE_TOO_LARGE;
          if (!isTooLarge || !pageSize.shrink()) throw error;
        }
      }
    };
    const openReservation = () => budget.open(turn);
    return paginate(first, { fetchPage, openReservation, clock });
  }

  /** Each attempt requests the size that is current then: a failed one shrinks the page. */
  #sendPage<P>(
    { invoke, size, ...call }: PagedCall<P>,
    page: {
      readonly pageToken: string | undefined;
      readonly pageSize: PageSize;
      readonly reservation: ByteReservation;
    },
  ): Promise<P> {
    const { pageToken, pageSize, reservation } = page;
    const [sizeName = 'pageSize'] = Object.keys(size);
    return this.#options.requests.send({
      ...call,
      reservation,
      paged: pageToken !== undefined,
      invoke: (apis, options) =>
        invoke(apis, options, {
          [sizeName]: pageSize.current,
          ...(pageToken !== undefined && { pageToken }),
        }),
      onTemporaryFailure: () => void pageSize.shrink(),
    });
  }
}
