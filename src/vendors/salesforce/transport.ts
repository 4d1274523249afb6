import { PassThrough } from 'node:stream';
import type { Transport } from 'jsforce/lib/transport.js';
import type { StreamPromise } from 'jsforce/lib/util/promise.js';
import { UserError } from '../../lib/errors.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { type ApiCallOptions, callApi, type Refusal } from '../http/call-api.ts';
import { asText, type HttpRequest, type TextResponse } from '../http/http-message.ts';

const REDIRECT_HINT =
  "Set salesforce.loginUrl to the org's My Domain, as Setup > My Domain shows it " +
  '(https://NAME.my.salesforce.com).';

/** One request to Salesforce and its complete response; see `callApi`. */
export async function callSalesforce(
  request: HttpRequest,
  options: Pick<ApiCallOptions, 'signal' | 'responseMsMax' | 'reuse'> & {
    readonly budget: ByteBudget;
  },
): Promise<TextResponse> {
  const { budget, ...rest } = options;
  // jsforce parses the page right after it is read, and only one page is read ahead.
  const reservation = budget.open();
  try {
    return asText(
      await callApi(request, { ...rest, reservation, credential: 'the login', refuse }),
    );
  } finally {
    reservation.release();
  }
}

function refuse({ kind, message, hint }: Refusal): UserError {
  if (kind === 'redirect') return new UserError(message, { hint: REDIRECT_HINT });
  return new UserError(message, hint === undefined ? {} : { hint });
}

/**
 * A transport for jsforce. Its own one follows redirects with the token, has no timeout for a
 * body, and ends the process with an uncaught error if a body is truncated. `send` decides what a
 * response means before jsforce sees it. A `signal` in the options of `connection.request` is
 * passed on to it.
 */
export function createJsforceTransport(
  streamPromise: typeof StreamPromise,
  send: (request: HttpRequest, signal: AbortSignal | undefined) => Promise<TextResponse>,
): Transport {
  return {
    httpRequest: ({ method, url, headers, body }, options) => {
      const request: HttpRequest = {
        method,
        url,
        headers: headers ?? {},
        ...(typeof body === 'string' ? { body } : {}),
      };
      const promise = send(request, signalIn(options)).then((response) => ({
        statusCode: response.status,
        // jsforce chooses its parser by this header alone, and a proxy may drop or change it. A
        // body that is not JSON (a web page) reaches the reader as text.
        headers: { ...response.headers, 'content-type': 'application/json' },
        body: response.body,
      }));
      return streamPromise.create(() => ({ stream: new PassThrough(), promise }));
    },
    getRequestStreamCreator: () => {
      throw new Error('streamed requests are not supported');
    },
  };
}

function signalIn(options: object | undefined): AbortSignal | undefined {
  if (options === undefined || !('signal' in options)) return undefined;
  return options.signal instanceof AbortSignal ? options.signal : undefined;
}
