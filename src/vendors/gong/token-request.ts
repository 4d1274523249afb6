import { z } from 'zod';
import { isLoopbackHost } from '../../config/addresses.ts';
import type { GongAuth } from '../../config/types.ts';
import { messageOf } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import { ConnectionFailed } from '../http/connection-failed.ts';
import { asText, type TextResponse } from '../http/http-message.ts';
import { send } from '../http/send.ts';
import { basicAuthorization } from './basic-auth.ts';
import { classifyResponse, unavailable } from './classify.ts';
import { GONG_LIMITS } from './limits.ts';
import type { GongResponse } from './response.ts';
import { parsedObject, readResponseBody } from './response-body.ts';
import { type GongTokens, rememberTokens, type TokenResult } from './tokens.ts';

export type GongOauth = Extract<GongAuth, { flow: 'oauth' }>;

export interface TokenRequest {
  readonly auth: GongOauth;
  readonly refreshToken: string;
  /** gong.baseUrl: a Gong on loopback issues its own tokens */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Gong's access tokens live about a day; after an earlier expiry, a 401 renews them. */
const LIFE_SECONDS_DEFAULT = 86_400;
const TOKEN_PATH = '/oauth2/generate-customer-token';
const TOKEN_ORIGIN = 'https://app.gong.io';

const tokenResponse = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(LIFE_SECONDS_DEFAULT),
  api_base_url_for_customer: z.string().optional().catch(undefined),
});

/**
 * Uses a refresh token to request a new pair. Never throws because of Gong or the network. Cannot
 * be aborted: a pair in a discarded response is lost, and the access to Gong with it.
 */
export async function requestTokens(request: TokenRequest): Promise<TokenResult> {
  const { auth, timeoutMs } = request;
  const authorization = basicAuthorization(auth.clientId, auth.clientSecret.reveal());
  let response: TextResponse;
  try {
    const url = tokenUrlOf(request.baseUrl, request.refreshToken);
    const headers = { authorization, accept: 'application/json' };
    const { bodyBytesMax } = GONG_LIMITS;
    // The refresh token works once: a repetition would find it used up.
    const limits = { signal: undefined, timeoutMs, reuse: 'never', bodyBytesMax } as const;
    response = asText(await send({ method: 'POST', url, headers, body: '' }, limits));
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error;
    return { kind: 'failed', response: unavailable(`token request: ${messageOf(error)}`) };
  }
  return readTokenResponse(response, request.now());
}

/** Gong, "Create an app for Gong": grant type and token are in the query, the body is empty. */
export function tokenUrlOf(baseUrl: string, refreshToken: string): string {
  const base = new URL(baseUrl);
  const url = new URL(TOKEN_PATH, isLoopbackHost(base.hostname) ? base.origin : TOKEN_ORIGIN);
  url.searchParams.set('grant_type', 'refresh_token');
  url.searchParams.set('refresh_token', refreshToken);
  return url.href;
}

/**
 * What a response of the token endpoint means; `now` in epoch milliseconds. For a used-up refresh
 * token, Gong returns 400 with OAuth's `invalid_grant`.
 */
export function readTokenResponse(response: TextResponse, now: number): TokenResult {
  const { status, body } = response;
  if (status < 200 || status >= 300) return { kind: 'failed', response: failureOf(response, now) };
  const parsed = tokenResponse.safeParse(parsedObject(body));
  if (parsed.success) return { kind: 'tokens', tokens: tokensOf(parsed.data, now) };
  // Never quoted: a truncated response may contain part of a token.
  const errors = [`token request: Gong returned ${status} without tokens`];
  return { kind: 'failed', response: { kind: 'unavailable', status, errors } };
}

function tokensOf(response: z.infer<typeof tokenResponse>, now: number): GongTokens {
  const baseUrl = httpsBase(response.api_base_url_for_customer);
  const tokens = {
    accessToken: response.access_token,
    refreshToken: response.refresh_token,
    expiresAt: now + response.expires_in * 1_000,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
  rememberTokens(tokens);
  return tokens;
}

/** Temporary if the same status of the API is; every other failure needs attention. */
function failureOf(response: TextResponse, now: number): GongResponse {
  const { status, body } = response;
  const {
    kind,
    retryAfterMs,
    hint,
    isFromProxy,
    errors: reasons,
  } = classifyResponse(response, now);
  const reason = readResponseBody(body).errors.join('; ') || 'no reason given';
  const what = isFromProxy ? reasons.join('; ') : `Gong returned ${status}: ${reason}`;
  const errors = [scrub(`token request: ${what}`)];
  if (kind !== 'throttled' && kind !== 'unavailable') {
    return {
      kind: 'refused',
      status,
      errors,
      hint: isFromProxy && hint ? hint : hintOf(status),
      ...(isFromProxy && { isFromProxy }),
    };
  }
  // Not `throttled`: the token endpoint's limit is not the API's.
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: 'unavailable', status, errors, ...wait };
}

function hintOf(status: number): string {
  if (status === 401) return 'Check gong.auth.clientId and gong.auth.clientSecret.';
  return (
    'A refresh token works once, and this one is used up or revoked. Have a Gong technical ' +
    'administrator connect the app again, and put the new token in gong.auth.refreshToken.'
  );
}

function httpsBase(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  if (url?.protocol !== 'https:') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
