import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import { type AttemptResult, classifyFailure, classifyStatus } from './classify.ts';
import { WEBHOOK_LIMITS } from './limits.ts';

export interface Post {
  /** https, or http on loopback: the configuration lets nothing else through */
  readonly webhook: Secret;
  readonly text: string;
  readonly clock: Clock;
  /** aborted: no more than one try, and a short one */
  readonly signal: AbortSignal;
}

/** `reason`: why nobody got it, without any part of the address. */
export type PostResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'lost'; readonly reason: string };

/**
 * Posts `{"text": …}`, the form that the incoming webhooks of Slack, Mattermost, Google Chat and
 * Teams take. Tries again where that may help; follows no redirect. Never throws.
 */
export async function postText(post: Post): Promise<PostResult> {
  const delays: readonly number[] = WEBHOOK_LIMITS.retryDelaysMs;
  for (let tries = 0; ; tries += 1) {
    const tried = await tryOnce(post);
    if (tried.kind === 'taken') return tried;
    const delayMs = delays[tries];
    const { signal } = post;
    if (tried.kind === 'refused' || delayMs === undefined || signal.aborted) {
      return { kind: 'lost', reason: tried.reason };
    }
    // A stop cuts the wait short: then the last try follows at once.
    await post.clock.sleep(delayMs, signal).catch(() => {});
  }
}

/** A stop that comes while the request is under way leaves it no longer than one made after it. */
async function tryOnce({ webhook, text, signal }: Post): Promise<AttemptResult> {
  const over = new AbortController();
  const timers = [setTimeout(() => expire(over), WEBHOOK_LIMITS.timeoutMs)];
  const hurry = () => {
    timers.push(setTimeout(() => expire(over), WEBHOOK_LIMITS.hurriedTimeoutMs));
  };
  if (signal.aborted) hurry();
  else signal.addEventListener('abort', hurry, { once: true });
  try {
    const response = await fetch(webhook.reveal(), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ text }),
      signal: over.signal,
    });
    // The status says all; an answer without an end must not keep the connection.
    await response.body?.cancel().catch(() => {});
    return classifyStatus(response.status);
  } catch (error) {
    return classifyFailure(error);
  } finally {
    signal.removeEventListener('abort', hurry);
    for (const timer of timers) clearTimeout(timer);
  }
}

function expire(over: AbortController): void {
  over.abort(new DOMException('too late', 'TimeoutError'));
}
