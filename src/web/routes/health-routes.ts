import type { Hono } from 'hono';
import type { Readiness } from '../readiness.ts';
import type { WebEnv } from '../web-env.ts';

/** Probes have no login, so the responses contain nothing about tenants. */
export function addHealthRoutes(
  app: Hono<WebEnv>,
  { readiness }: { readonly readiness: () => Promise<Readiness> },
): void {
  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    const state = await readiness();
    return state.isReady ? c.text('ok\n') : c.text(`${state.reason}\n`, 503);
  });
}
