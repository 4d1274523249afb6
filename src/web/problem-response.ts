import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { problemPage } from './pages/problem-page.ts';
import type { WebContext } from './web-env.ts';

export interface ProblemText {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A page for a browser, JSON for the API, and a line of text for everything else. */
export function problemResponse(
  c: WebContext,
  status: ContentfulStatusCode,
  { message, hint }: ProblemText,
): Response | Promise<Response> {
  if (c.req.path.startsWith('/api/'))
    return c.json({ error: { message, hint: hint ?? null } }, status);
  const wantsPage = (c.req.header('accept') ?? '').includes('text/html');
  if (wantsPage) return c.html(problemPage({ status, message, hint }), status);
  return c.text(`${message}\n${hint === undefined ? '' : `${hint}\n`}`, status);
}
