import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import { ConnectionFailed } from '../http/connection-failed.ts';
import { send } from '../http/send.ts';
import { type AttemptResult, classifyFailure, classifyStatus } from './classify.ts';
import { WEBHOOK_LIMITS } from './limits.ts';

export interface Post {
  /** https, or http on loopback: the configuration accepts nothing else */
  readonly webhook: Secret;
  readonly text: string;
  readonly clock: Clock;
  /** aborted: one more attempt at most, and a short one */
  readonly signal: AbortSignal;
}

/** `reason`: why the post failed, without any part of the address. */
export type PostResult =
  | { readonly kind: 'posted' }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Posts `{"text": …}`, the form that the incoming webhooks of Slack, Mattermost, Google Chat and
 * Teams accept. Retries temporary failures; follows no redirect. Never throws.
 */
export async function postText(post: Post): Promise<PostResult> {
  const delays: readonly number[] = WEBHOOK_LIMITS.retryDelaysMs;
  for (let attempts = 0; ; attempts += 1) {
    const result = await attempt(post);
    if (result.kind === 'posted') return result;
    const delayMs = delays[attempts];
    const { signal } = post;
    if (result.kind === 'refused' || delayMs === undefined || signal.aborted) {
      return { kind: 'failed', reason: result.reason };
    }
    // A stop interrupts the delay: the last attempt then follows immediately.
    await post.clock.sleep(delayMs, signal).catch(() => {});
  }
}

/** A stop during the request leaves it no more time than a request made after the stop. */
async function attempt({ webhook, text, signal }: Post): Promise<AttemptResult> {
  const deadline = new AbortController();
  const expire = () => deadline.abort(new DOMException('too late', 'TimeoutError'));
  const { timeoutMs, hurriedTimeoutMs } = WEBHOOK_LIMITS;
  const timers = [setTimeout(expire, timeoutMs)];
  const hurry = () => {
    timers.push(setTimeout(expire, hurriedTimeoutMs));
  };
  if (signal.aborted) hurry();
  else signal.addEventListener('abort', hurry, { once: true });
  try {
    const request = {
      method: 'POST',
      url: webhook.reveal(),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ text }),
    };
    // The status says it all: the body is not read.
    const limits = {
      signal: deadline.signal,
      timeoutMs,
      reuse: 'repeat',
      bodyBytesMax: 0,
    } as const;
    return classifyStatus((await send(request, limits)).status);
  } catch (error) {
    return classifyFailure(error, error instanceof ConnectionFailed ? error.note : '');
  } finally {
    signal.removeEventListener('abort', hurry);
    for (const timer of timers) clearTimeout(timer);
  }
}
