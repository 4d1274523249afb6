import type { GongConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { scrub } from '../../lib/secret.ts';
import { ConnectionFailed } from '../http/connection-failed.ts';
import { asText, type ResponseHead } from '../http/http-message.ts';
import { send } from '../http/send.ts';
import { isRedirect } from '../http/status-codes.ts';
import { customerHostOf, gongAccountOf } from './account.ts';
import { basicAuthorization } from './basic-auth.ts';
import { classifyResponse, unavailable } from './classify.ts';
import { GONG_LIMITS } from './limits.ts';
import type { GongResponse } from './response.ts';
import { responseWithoutBody } from './response-without-body.ts';
import { TokenKeeper } from './token-keeper.ts';
import type { GongTokenStore, GongTokens } from './tokens.ts';

const CONTENT_SHARED_PATH = '/v2/customer-engagement/content/shared';

/** Sends events. Another kind of event is another method here. */
export interface GongSender {
  /** identifies the account for pacing; see `gongAccountOf` */
  readonly account: string;
  /**
   * Reports one content share; `bodyText` is its JSON. Never throws because of Gong or the network.
   * Rejects with the signal's reason when it is aborted, and if the token store rejects.
   * `onSent` is called when the request has left this machine: connecting may take a while.
   */
  shareContent(bodyText: string, signal: AbortSignal, onSent?: () => void): Promise<GongResponse>;
}

/** All requests to Gong. */
export interface GongClient extends GongSender {
  /**
   * The host of the customer's own API address; undefined if it is not known. OAuth: from the stored
   * tokens, or from valid ones, which may renew them. Rejects if the token store does.
   */
  customerHost(tokens: 'stored' | 'valid'): Promise<string | undefined>;
}

export interface GongClientOptions {
  readonly config: GongConfig;
  readonly clock: Clock;
  /** required by the oauth flow */
  readonly tokens?: GongTokenStore;
  /**
   * Called before a call is repeated with renewed tokens, since Gong counts the repeat too. False:
   * no call is left, and the response is `unavailable`. Absent: repeats immediately.
   */
  readonly beforeRepeat?: (signal: AbortSignal) => Promise<boolean>;
  readonly timeoutMs?: number;
}

/** Create one client per account and process: its senders then share one renewal of the tokens. */
export function createGongClient(options: GongClientOptions): GongClient {
  const { config, clock, tokens, timeoutMs = GONG_LIMITS.tokenResponseMsMax } = options;
  const account = gongAccountOf(config);
  const { auth } = config;
  if (auth.flow === 'access-key') {
    const authorization = basicAuthorization(
      auth.accessKey.reveal(),
      auth.accessKeySecret.reveal(),
    );
    const target = { baseUrl: config.baseUrl, authorization };
    return {
      account,
      customerHost: async () => customerHostOf(config.baseUrl),
      shareContent: (body, signal, onSent) => put(options, target, { body, signal, onSent }),
    };
  }
  if (!tokens) throw new Error('the oauth flow of Gong needs a token store');
  const keeper = new TokenKeeper({ config, auth, store: tokens, clock, timeoutMs });
  return {
    account,
    customerHost: async (which) => {
      const known = which === 'stored' ? await tokens.load() : await keeper.valid();
      return customerHostOf(known?.baseUrl) ?? customerHostOf(config.baseUrl);
    },
    shareContent: (body, signal, onSent) =>
      putWithTokens(options, keeper, { body, signal, onSent }),
  };
}

interface Target {
  readonly baseUrl: string;
  readonly authorization: string;
}

interface Call {
  readonly body: string;
  readonly signal: AbortSignal;
  readonly onSent: (() => void) | undefined;
}

// A 401 means a token that expired early or a missing scope: renew once, then report it.
async function putWithTokens(
  options: GongClientOptions,
  keeper: TokenKeeper,
  call: Call,
): Promise<GongResponse> {
  call.signal.throwIfAborted();
  const first = await keeper.current();
  if (first.kind === 'failed') return first.response;
  const response = await put(options, targetOf(options.config, first.tokens), call);
  if (response.status !== 401) return response;
  const second = await keeper.renew(first.tokens);
  if (second.kind === 'failed') return second.response;
  const mayRepeat = options.beforeRepeat ? await options.beforeRepeat(call.signal) : true;
  if (!mayRepeat) return unavailable('the access token was renewed; no call is left to repeat');
  return put(options, targetOf(options.config, second.tokens), call);
}

function targetOf(config: GongConfig, tokens: GongTokens): Target {
  return {
    baseUrl: tokens.baseUrl ?? config.baseUrl,
    authorization: `Bearer ${tokens.accessToken}`,
  };
}

async function put(options: GongClientOptions, target: Target, call: Call): Promise<GongResponse> {
  const response = await putOnce(options, target, call);
  return { ...response, errors: response.errors.map(scrub) };
}

async function putOnce(
  { clock, timeoutMs = GONG_LIMITS.responseMsMax }: GongClientOptions,
  { baseUrl, authorization }: Target,
  { body, signal, onSent }: Call,
): Promise<GongResponse> {
  const request = {
    method: 'PUT',
    url: `${baseUrl.replace(/\/+$/, '')}${CONTENT_SHARED_PATH}`,
    headers: { authorization, 'content-type': 'application/json', accept: 'application/json' },
    body,
  };
  // A redirect is known from its head.
  const bodyBytesMax = ({ status }: ResponseHead) =>
    isRedirect(status) ? 0 : GONG_LIMITS.bodyBytesMax;
  try {
    // One call is one request: the pacer counted one.
    const reuse = 'fail';
    const limits = { signal, timeoutMs, reuse, bodyBytesMax, ...(onSent && { onSent }) } as const;
    return classifyResponse(asText(await send(request, limits)), clock.now());
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error;
    const response = responseWithoutBody(error);
    return response ? classifyResponse(response, clock.now()) : unavailable(error.message);
  }
}
