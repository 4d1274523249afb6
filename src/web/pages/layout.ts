import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Layout {
  readonly title: string;
  readonly content: Html;
  /** the text in the search box */
  readonly search?: string;
  /** present on pages that change while a run is in progress */
  readonly isLive?: true;
  /** present if the reader is logged in */
  readonly logOutToken?: string | undefined;
  /** without the navigation and the search box: for the login */
  readonly isBare?: true;
}

/**
 * The frame of all pages. It works without JavaScript; the script only replaces `main` after a
 * change.
 */
export function layout(page: Layout): Html {
  const { title, content, isLive } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · sharetrail</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
${isLive ? html`<script src="/assets/live.js" defer></script>` : ''}
</head>
<body>
<a class="skip-link" href="#main">Skip to content</a>
${page.isBare ? '' : header(page)}
<main id="main" tabindex="-1">
${content}
</main>
</body>
</html>
`;
}

function header({ search = '', logOutToken }: Layout): Html {
  return html`<header class="bar">
<div class="bar-inner">
<a class="brand" href="/"><span class="brand-mark" aria-hidden="true"></span>sharetrail</a>
<nav aria-label="Main"><a href="/">Tenants</a><a href="/events">Events</a></nav>
<form class="search" role="search" action="/search" method="get">
<label class="hidden" for="q">Search a share</label>
<input id="q" name="q" type="search" value="${search}" maxlength="1000" placeholder="Email, link, ID or words of a title" autocomplete="off">
<button>Search</button>
</form>
${
  logOutToken === undefined
    ? ''
    : html`<form action="/logout" method="post"><input type="hidden" name="form_token" value="${logOutToken}"><button class="quiet">Log out</button></form>`
}
</div>
</header>`;
}
