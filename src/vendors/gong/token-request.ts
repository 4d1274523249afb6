import { z } from 'zod';
import type { GongAuth } from '../../config/types.ts';
import { scrub } from '../../lib/secret.ts';
import { basicAuthorization } from './basic-auth.ts';
import { classifyBroken, classifyResponse, type HttpAnswer } from './classify.ts';
import { exchange } from './exchange.ts';
import type { GongResponse } from './response.ts';
import { parsedObject, readResponseBody } from './response-body.ts';
import { type GongTokens, rememberTokens, type TokenResult } from './tokens.ts';

export type GongOauth = Extract<GongAuth, { flow: 'oauth' }>;

export interface TokenRequest {
  readonly auth: GongOauth;
  readonly refreshToken: string;
  /** gong.baseUrl: a loopback Gong hands out its own tokens */
  readonly baseUrl: string;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Gong's access tokens live about a day; a 401 renews one that did not. */
const LIFE_SECONDS_DEFAULT = 86_400;
const TOKEN_PATH = '/oauth2/generate-customer-token';
const TOKEN_ORIGIN = 'https://app.gong.io';
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(LIFE_SECONDS_DEFAULT),
  api_base_url_for_customer: z.string().optional().catch(undefined),
});

/**
 * Trades a refresh token for a new pair. Never throws for what Gong or the network does. Cannot
 * be aborted: a pair whose answer is thrown away is lost, and with it the connection.
 */
export async function requestTokens(request: TokenRequest): Promise<TokenResult> {
  const { auth } = request;
  const result = await exchange({
    method: 'POST',
    url: tokenUrlOf(request.baseUrl, request.refreshToken),
    headers: {
      authorization: basicAuthorization(auth.clientId, auth.clientSecret.reveal()),
      accept: 'application/json',
      'user-agent': request.userAgent,
    },
    body: '',
    timeoutMs: request.timeoutMs,
  });
  if (result.kind === 'broken') {
    return { kind: 'failed', answer: classifyBroken(`token request: ${result.reason}`) };
  }
  return readTokenAnswer(result.answer, request.now());
}

/**
 * Gong, "Create an app for Gong": grant type and token stand in the query, the body is empty.
 */
export function tokenUrlOf(baseUrl: string, refreshToken: string): string {
  const base = new URL(baseUrl);
  const url = new URL(TOKEN_PATH, LOOPBACK_HOST.test(base.hostname) ? base.origin : TOKEN_ORIGIN);
  url.searchParams.set('grant_type', 'refresh_token');
  url.searchParams.set('refresh_token', refreshToken);
  return url.href;
}

/**
 * What an answer of the token endpoint means; `now` in epoch milliseconds. A refresh token that
 * is used up answers 400 with OAuth's `invalid_grant`.
 */
export function readTokenAnswer(answer: HttpAnswer, now: number): TokenResult {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (!isSuccess) return { kind: 'failed', answer: failureOf(answer, now) };
  const parsed = tokenAnswer.safeParse(parsedObject(answer.body));
  if (parsed.success) return { kind: 'tokens', tokens: tokensOf(parsed.data, now) };
  // Never quoted: half an answer may hold half a token.
  const errors = [`token request: Gong answered ${answer.status} without tokens`];
  return { kind: 'failed', answer: { kind: 'unavailable', status: answer.status, errors } };
}

function tokensOf(answer: z.infer<typeof tokenAnswer>, now: number): GongTokens {
  const baseUrl = httpsBase(answer.api_base_url_for_customer);
  const tokens = {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresAt: now + answer.expires_in * 1_000,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
  rememberTokens(tokens);
  return tokens;
}

/** Passing where the same status of the API is passing; all else wants a person. */
function failureOf(answer: HttpAnswer, now: number): GongResponse {
  const { status } = answer;
  const { kind, retryAfterMs } = classifyResponse({ ...answer, now });
  const said = readResponseBody(answer.body).errors.join('; ') || 'no reason given';
  const errors = [scrub(`token request: Gong answered ${status}: ${said}`)];
  if (kind !== 'throttled' && kind !== 'unavailable') {
    return { kind: 'refused', status, errors, hint: hintOf(status) };
  }
  // Not `throttled`: the token endpoint's limit is not the API's.
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: 'unavailable', status, errors, ...wait };
}

function hintOf(status: number): string {
  if (status === 401) return 'Check gong.auth.clientId and gong.auth.clientSecret.';
  return (
    'A refresh token works once, and this one is used up or withdrawn. Have a Gong technical ' +
    'administrator connect the app again, and put the new token in gong.auth.refreshToken.'
  );
}

function httpsBase(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  if (url?.protocol !== 'https:') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
