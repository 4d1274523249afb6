import { html } from 'hono/html';
import type { Attempt, StoredEvent } from '../../outbox/outbox-event.ts';
import type { Html } from './layout.ts';
import { exactTimeHtml, type Moment, plain } from './parts.ts';

interface Step {
  readonly at: number;
  readonly title: string;
  readonly details: readonly string[];
  readonly kind: 'done' | 'problem' | 'open';
}

/** From the share to Gong's response, oldest first. */
export function timeline(
  event: StoredEvent,
  attempts: readonly Attempt[],
  moment: Moment & { readonly timezone: string },
): Html {
  const steps = [...pastSteps(event, attempts), ...openSteps(event, moment.now)];
  return html`<ol class="timeline">${steps.map(
    ({ at, title, details, kind }) =>
      html`<li class="step-${kind}"><p class="step-title">${title}</p><p class="muted">${exactTimeHtml(at, moment)}</p>${details.map(
        (detail) => html`<p class="step-detail">${plain(detail)}</p>`,
      )}</li>`,
  )}</ol>`;
}

function pastSteps(event: StoredEvent, attempts: readonly Attempt[]): Step[] {
  const { sharedAt, createdAt, updatedAt, state, reason } = event;
  const steps: Step[] = [
    { at: sharedAt, title: 'Shared', details: [], kind: 'done' },
    { at: createdAt, title: 'Recorded by sharetrail', details: [], kind: 'done' },
    ...attempts.map(attemptStep),
  ];
  if (state === 'skipped') {
    const details = reason === undefined ? [] : [`Reason: ${reason}`];
    steps.push({ at: updatedAt, title: 'Skipped', details, kind: 'open' });
  }
  if (state === 'rejected' && attempts.length === 0) {
    // Retention deletes the attempts, and keeps their number.
    const title = event.attempts === 0 ? 'Rejected before it was sent' : REJECTED;
    steps.push({ at: updatedAt, title, details: event.errors, kind: 'problem' });
  }
  return steps.toSorted((one, other) => one.at - other.at);
}

const REJECTED = 'Gong rejected the event';
const OUTCOMES: Readonly<Record<string, string>> = {
  accepted: 'Gong accepted the event',
  duplicate: 'Gong already had the event',
  rejected: REJECTED,
  refused: 'Gong refused the request',
  throttled: 'Gong asked to wait',
  unavailable: 'No usable response from Gong',
};

function attemptStep({ number, at, outcome, status, requestId, errors }: Attempt): Step {
  const isDone = outcome === 'accepted' || outcome === 'duplicate';
  const facts = [
    `Attempt ${number}`,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ];
  return {
    at,
    title: OUTCOMES[outcome] ?? outcome,
    details: [facts.join(', '), ...errors],
    kind: isDone ? 'done' : 'problem',
  };
}

function openSteps({ state, notBefore, updatedAt }: StoredEvent, now: number): Step[] {
  if (state === 'held') {
    const title = notBefore === undefined ? 'Held' : 'Held until';
    return [{ at: notBefore ?? updatedAt, title, details: [], kind: 'open' }];
  }
  if (state !== 'pending') return [];
  return [{ at: now, title: 'Waits to be sent', details: [], kind: 'open' }];
}
