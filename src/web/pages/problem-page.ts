import { html } from 'hono/html';
import { type Html, layout } from './layout.ts';

export function problemPage(problem: {
  readonly status: number;
  readonly message: string;
  readonly hint: string | undefined;
}): Html {
  const { status, message, hint } = problem;
  const content = html`<section class="notice">
<p class="eyebrow">${status}</p>
<h1>${sentence(message)}</h1>
${hint === undefined ? '' : html`<p>${hint}</p>`}
<p><a href="/">Go to the tenants</a></p>
</section>`;
  return layout({ title: sentence(message), content, isBare: true });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
