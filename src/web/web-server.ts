import type { ServiceConfig } from '../config/types.ts';
import { dataVersion } from '../db/data-version.ts';
import { openDatabase } from '../db/open.ts';
import type { AppContext } from '../runs/app-context.ts';
import type { NextDue } from '../runs/overdue-times.ts';
import { createApp } from './app.ts';
import { LiveUpdates } from './live-updates.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createReadiness } from './readiness.ts';
import { listen, portOf, stopListening } from './server.ts';
import { createWebData, type View } from './web-data.ts';

export interface WebServerOptions {
  readonly context: AppContext;
  readonly http: NonNullable<ServiceConfig['http']>;
  /** the configuration in effect: a reload changes it */
  readonly inEffect: () => Pick<View, 'tenants' | 'faulty'> & Pick<AppContext, 'config'>;
  readonly metrics: Metrics;
  readonly nextDue: NextDue;
  /** when the scheduler last ticked, in epoch milliseconds */
  readonly tickedAt: () => number;
  readonly isRunning: () => boolean;
}

export interface WebServer {
  /** where it listens */
  readonly port: number;
  /** Ends within seconds, whatever the clients do. */
  stop(): Promise<void>;
}

/**
 * Serves the operator page, the API, the metrics, and the probes. Readers have a connection of their
 * own to the database, so that they do not wait for the transactions of a run, nor a run for them.
 * Throws UserError if the address cannot be used.
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { context, http, inEffect, metrics, nextDue, tickedAt, isRunning } = options;
  const { clock } = context;
  const stopping = new AbortController();
  const { database } = context.config.service;
  const db = openDatabase({ database, access: 'read', clock, signal: stopping.signal });
  const view = (): View => {
    const { config, tenants, faulty } = inEffect();
    return { context: { ...context, db, config }, tenants, faulty };
  };
  const data = createWebData({ view, nextDue, isRunning });
  const { signal } = stopping;
  const app = createApp({
    context,
    data,
    metrics,
    live: new LiveUpdates({ clock, version: () => dataVersion(db), signal }),
    readiness: createReadiness(context, tickedAt),
    token: http.token?.reveal(),
    signal,
  });
  try {
    const server = await listen(app.fetch as Parameters<typeof listen>[0], http);
    context.log.info('the operator page is ready', { url: urlOf(http) });
    return {
      port: portOf(server),
      stop: async () => {
        stopping.abort(new Error('the server stops'));
        await stopListening(server, (ms) => clock.sleep(ms));
        await db.destroy();
      },
    };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const isV6 = host.includes(':') && !host.startsWith('[');
  return `http://${isV6 ? `[${host}]` : host}:${port}`;
}
