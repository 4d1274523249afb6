import packageJson from '../../../package.json' with { type: 'json' };
import type { GongConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { STOP_LIMITS } from '../../lib/limits.ts';
import { scrub } from '../../lib/secret.ts';
import { gongAccountOf } from './account.ts';
import { basicAuthorization } from './basic-auth.ts';
import { classifyBroken, classifyResponse } from './classify.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { GongResponse } from './response.ts';
import { TokenKeeper } from './token-keeper.ts';
import type { GongTokenStore, GongTokens } from './tokens.ts';

const CONTENT_SHARED_PATH = '/v2/customer-engagement/content/shared';
const USER_AGENT = `sharetrail/${packageJson.version}`;
/** Contract: one request to Gong, from connecting to the last byte. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A renewal cannot be aborted, so it must end within the time that a stop grants. */
const TOKEN_TIMEOUT_MS = STOP_LIMITS.drainMsMax;

/** Everything that is said to Gong. Another kind of event is another method here. */
export interface GongClient {
  /** names the account for pacing; see `gongAccountOf` */
  readonly account: string;
  /**
   * Reports one content share; `bodyText` is its JSON. Never throws for what Gong or the network
   * does; rejects with the signal's reason when it is aborted, and where the token store does.
   * `onSent` is called as the request has left this machine: connecting may take a while before.
   */
  shareContent(bodyText: string, signal: AbortSignal, onSent?: () => void): Promise<GongResponse>;
}

export interface GongClientOptions {
  readonly config: GongConfig;
  readonly clock: Clock;
  /** required by the oauth flow */
  readonly tokens?: GongTokenStore;
  /**
   * Asked before a call is repeated with a renewed token, since Gong counts that one too;
   * false: there is no call left, and the answer is `unavailable`. Absent: repeats at once.
   */
  readonly beforeRepeat?: (signal: AbortSignal) => Promise<boolean>;
  readonly timeoutMs?: number;
}

/** One client an account and process: its senders then share one renewal of the tokens. */
export function createGongClient(options: GongClientOptions): GongClient {
  const { config } = options;
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
      shareContent: (body, signal, onSent) => put(options, target, { body, signal, onSent }),
    };
  }
  if (!options.tokens) throw new Error('the oauth flow of Gong needs a token store');
  const keeper = new TokenKeeper({
    config,
    auth,
    store: options.tokens,
    clock: options.clock,
    timeoutMs: options.timeoutMs ?? TOKEN_TIMEOUT_MS,
    userAgent: USER_AGENT,
  });
  return {
    account,
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

// A 401 is an access token that ran out early as well as a missing scope: renewed once, then said.
async function putWithTokens(
  options: GongClientOptions,
  keeper: TokenKeeper,
  call: Call,
): Promise<GongResponse> {
  call.signal.throwIfAborted();
  const first = await keeper.current();
  if (first.kind === 'failed') return first.answer;
  const answer = await put(options, targetOf(options.config, first.tokens), call);
  if (answer.status !== 401) return answer;
  const second = await keeper.renew(first.tokens);
  if (second.kind === 'failed') return second.answer;
  const mayRepeat = options.beforeRepeat ? await options.beforeRepeat(call.signal) : true;
  if (!mayRepeat) return classifyBroken('the access token was renewed; no call is left to repeat');
  return put(options, targetOf(options.config, second.tokens), call);
}

function targetOf(config: GongConfig, tokens: GongTokens): Target {
  return {
    baseUrl: tokens.baseUrl ?? config.baseUrl,
    authorization: `Bearer ${tokens.accessToken}`,
  };
}

async function put(options: GongClientOptions, target: Target, call: Call): Promise<GongResponse> {
  const result = await exchange(
    {
      method: 'PUT',
      url: `${target.baseUrl.replace(/\/+$/, '')}${CONTENT_SHARED_PATH}`,
      headers: {
        authorization: target.authorization,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': USER_AGENT,
      },
      body: call.body,
      timeoutMs: options.timeoutMs ?? REQUEST_TIMEOUT_MS,
      ...(call.onSent && { onSent: call.onSent }),
    },
    call.signal,
  );
  const answer = answerOf(result, options.clock.now());
  return { ...answer, errors: answer.errors.map(scrub) };
}

function answerOf(result: Exchange, now: number): GongResponse {
  if (result.kind === 'answered') return classifyResponse({ ...result.answer, now });
  // Gong's wish to wait stands in the head: it holds even where the rest is missing.
  if (result.head?.status === 429) return classifyResponse({ ...result.head, body: '', now });
  return classifyBroken(result.reason);
}
