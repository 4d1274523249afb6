import { html } from 'hono/html';
import { type Html, layout } from './layout.ts';

export function loginPage(login: {
  readonly formToken: string;
  readonly next: string;
  /** why the last attempt failed */
  readonly problem?: string;
  /** a browser keeps the login over plain http only on loopback */
  readonly needsHttps: boolean;
}): Html {
  const { formToken, next, problem, needsHttps } = login;
  const content = html`<section class="login">
<h1>Log in</h1>
<p>The token is <code>http.token</code> in sharetrail.yaml.</p>
${problem === undefined ? '' : html`<p class="problem" role="alert" id="problem">${problem}</p>`}
<form action="/login" method="post">
<input type="hidden" name="form_token" value="${formToken}">
<input type="hidden" name="next" value="${next}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus ${problem === undefined ? '' : html`aria-describedby="problem" aria-invalid="true"`}>
<button class="primary">Log in</button>
</form>
${needsHttps ? html`<p class="hint">Use https: over http, a browser keeps the login only on localhost.</p>` : ''}
</section>`;
  return layout({ title: 'Log in', content, isBare: true });
}
