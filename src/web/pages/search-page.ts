import { html } from 'hono/html';
import { countOf, namesText } from '../../lib/format.ts';
import type { Explanation } from '../../operator/explain.ts';
import { PAGE_LIMITS } from '../limits.ts';
import { eventsPath } from '../paths.ts';
import { type EventsTable, eventsTable } from './events-table.ts';
import type { Html } from './layout.ts';
import { plain, type SentenceHtml } from './parts.ts';

export interface SearchPage extends EventsTable {
  readonly text: string;
  readonly explanations: readonly Explanation[];
  readonly sentence: SentenceHtml;
  /** how many shares are shown at most */
  readonly limit: number;
}

/** What the text finds, or why it finds nothing. */
export function searchPage(page: SearchPage): Html {
  const { text, events, limit } = page;
  if (text === '') return searchHelp();
  if (events.length === 0) return nothingFound(page);
  const count =
    events.length === limit ? `The newest ${limit} shares` : countOf(events.length, 'share');
  return html`<h1>${count} for ${quotedText(text)}</h1>
${eventsTable(page)}
<p class="hint"><a href="${eventsPath({ text })}">Show all as events</a></p>`;
}

function searchHelp(): Html {
  return html`<h1>Search a share</h1>
<ul class="sentences"><li>the email address of a recipient</li><li>a link to a Drive, Docs, Sheets or Slides file, or its ID</li><li>a delivery: its Id, or its public link</li><li>the Id or the address of a Salesforce record</li><li>the ID of an event</li><li>words of a title or a name</li></ul>`;
}

function nothingFound({ text, explanations, sentence }: SearchPage): Html {
  const groups = Map.groupBy(explanations.map(withoutHeading), ({ sentences }) =>
    JSON.stringify(sentences),
  );
  return html`<h1>No share found for ${quotedText(text)}</h1>
<p class="lead">This is what is known, and what can be the reason.</p>
<div class="columns">${[...groups.values()].map((group) => groupPanel(group, sentence))}</div>`;
}

/** The first sentence only says that nothing was found, as the heading does. */
function withoutHeading({ tenant, sentences }: Explanation): Explanation {
  return { tenant, sentences: sentences.slice(1) };
}

/** What is known about several tenants is often the same. */
function groupPanel(group: readonly Explanation[], sentence: SentenceHtml): Html {
  const sentences = group[0]?.sentences ?? [];
  return html`<section class="panel"><h2>${namesText(group.map(({ tenant }) => tenant))}</h2><ul class="sentences">${sentences
    .slice(0, PAGE_LIMITS.sentencesMax)
    .map((text) => html`<li>${sentence(text)}</li>`)}</ul></section>`;
}

const SHOWN_CHARACTERS = 80;

function quotedText(text: string): Html {
  const shown = text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
  return html`“${plain(shown)}”`;
}
