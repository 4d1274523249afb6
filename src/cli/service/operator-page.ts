import type { FaultyTenant } from '../../config/types.ts';
import type { RunReport } from '../../db/run-report.ts';
import type { AppContext } from '../../runs/app-context.ts';
import type { RunListener } from '../../runs/run-events.ts';
import { nextDue } from '../../scheduler/due-times.ts';
import type { Runner } from './runner.ts';

/** The operator page as a service sees it. Without `http`, it does nothing. */
export interface OperatorPage {
  /** Throws UserError if the address cannot be used. */
  begin(runner: Runner): Promise<void>;
  listenersOf(tenant: string): readonly RunListener[];
  addRun(report: RunReport): void;
  ticked(): void;
  stop(): Promise<void>;
}

const NO_PAGE: OperatorPage = {
  begin: async () => {},
  listenersOf: () => [],
  addRun: () => {},
  ticked: () => {},
  stop: async () => {},
};

/** Loads the page's packages only if it is configured. */
export async function createOperatorPage(
  context: AppContext,
  faulty: readonly FaultyTenant[],
): Promise<OperatorPage> {
  const { http } = context.config.service;
  if (http === undefined) return NO_PAGE;
  const [{ startWebServer }, { createMetrics }] = await Promise.all([
    import('../../web/web-server.ts'),
    import('../../web/metrics/metrics.ts'),
  ]);
  const { clock } = context;
  const metrics = createMetrics();
  let tickedAt = clock.now();
  let stopServer = async () => {};
  return {
    begin: async (runner) => {
      for (const { tenant } of runner.tenants) metrics.runs.addTenant(tenant);
      const server = await startWebServer({
        context,
        http,
        metrics,
        nextDue,
        inEffect: () => {
          const { config, tenants } = runner;
          return { config, tenants, faulty: config.faulty ?? faulty };
        },
        tickedAt: () => tickedAt,
        isRunning: () => runner.isRunning,
      });
      stopServer = () => server.stop();
    },
    listenersOf: (tenant) => [metrics.runs.listenerOf(tenant)],
    addRun: (report) => metrics.runs.addRun(report),
    ticked: () => {
      tickedAt = clock.now();
    },
    stop: () => {
      const stopping = stopServer();
      stopServer = () => stopping;
      return stopping;
    },
  };
}
