import { html } from 'hono/html';
import type { AsTyped } from '../../lib/as-typed.ts';
import { ageText, numberText, zonedTimeText } from '../../lib/format.ts';
import type { Level } from '../../operator/health.ts';
import type { State } from '../../outbox/states.ts';
import type { Html } from './layout.ts';

/** The time and the reader's conventions, which each page needs. */
export interface Moment {
  /** epoch milliseconds */
  readonly now: number;
}

/** Controls would be invisible or break the page's direction: U+202E writes the rest backwards. */
const CONTROLS = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A vendor's text, isolated from the direction of the text around it. */
export function plain(text: string): Html {
  return html`<bdi>${withoutControls(text)}</bdi>`;
}

export function withoutControls(text: string): string {
  return text.replace(CONTROLS, '').toWellFormed();
}

/** How a page shows each sentence of the product; its commands as the operator types them. */
export type SentenceHtml = (text: string) => Html;

/** Text in backticks becomes code. A single backtick is text. */
export function sentencesWith(asTyped: AsTyped): SentenceHtml {
  return (text) => {
    const parts = withoutControls(asTyped(text)).split(/`([^`]*)`/);
    return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : typeset(part)))}`;
  };
}

/** A time, which must not be broken at its hyphens. */
const TIME = /^\d{4}-/;
/** A time, or the Id of a Salesforce record: needed now and then, so it is set in small type. */
const UNBROKEN = /(\b\d{4}-\d\d-\d\d(?: \d\d:\d\d)?\b|\(0[0-9a-zA-Z]{17}\)|\b0[0-9a-zA-Z]{17}\b)/;

function typeset(text: string): Html {
  return html`${text.split(UNBROKEN).map((part, index) => {
    if (index % 2 === 0) return part;
    if (TIME.test(part)) return html`<span class="unbroken">${part}</span>`;
    return html`<small class="ref">${part}</small>`;
  })}`;
}

/** An email address; a long one is broken after its `@` first. */
export function addressHtml(email: string): Html {
  const at = email.lastIndexOf('@') + 1;
  const parts = [email.slice(0, at), email.slice(at)].map(withoutControls);
  return html`<bdi class="person">${parts[0]}<wbr>${parts[1]}</bdi>`;
}

/** A message as a sentence of its own. */
export function upper(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** `3 h ago`, with the exact time for the pointer and for programs. */
export function timeHtml(
  at: number,
  { now, timezone }: Moment & { readonly timezone: string },
): Html {
  const age = at <= now ? `${ageText(now - at)} ago` : `in ${ageText(at - now)}`;
  const exact = zonedTimeText(at, timezone);
  return html`<time datetime="${new Date(at).toISOString()}" title="${exact}">${age}</time>`;
}

/** The exact time, and in small type how long ago. */
export function exactTimeHtml(
  at: number,
  { now, timezone }: Moment & { readonly timezone: string },
): Html {
  const age = at <= now ? `${ageText(now - at)} ago` : `in ${ageText(at - now)}`;
  return html`<time datetime="${new Date(at).toISOString()}">${zonedTimeText(at, timezone)} <span class="muted">${age}</span></time>`;
}

/** A count; zero is only a faint sign, so that the eye finds the others. */
export function countHtml(count: number): Html {
  return count === 0
    ? html`<span class="zero">0</span>`
    : html`<span class="count">${numberText(count)}</span>`;
}

export function stateBadge(state: State): Html {
  return html`<span class="badge state-${state}">${state}</span>`;
}

const LIGHTS: Readonly<Record<Level, 'red' | 'amber' | 'blue' | 'gray' | 'green'>> = {
  faulty: 'red',
  failed: 'red',
  died: 'red',
  overdue: 'red',
  partial: 'amber',
  rejected: 'amber',
  paused: 'amber',
  running: 'blue',
  waiting: 'blue',
  stopped: 'gray',
  new: 'gray',
  ok: 'green',
};

/** A traffic light with its word: color alone does not reach every reader. */
export function healthHtml(level: Level): Html {
  return html`<span class="light light-${LIGHTS[level]}" aria-hidden="true"></span>${level}`;
}

/** A link to another server, if it is one that a browser should open. */
export function externalLink(url: string | undefined, text: Html | string): Html {
  const parsed = url === undefined ? null : URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return html`${text}`;
  return html`<a href="${parsed.href}" rel="noopener noreferrer" target="_blank">${text}<span class="hidden"> (opens in a new tab)</span></a>`;
}
