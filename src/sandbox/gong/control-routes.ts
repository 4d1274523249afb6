import { type ControlRoutes, pageOf } from '../control-routes.ts';
import type { GongControl } from './gong.ts';

/** Gong's own routes under `/_sandbox/`. */
export function gongControlRoutes(gong: GongControl): ControlRoutes {
  return {
    'GET state': () => ({
      events: gong.events.length,
      requests: gong.requests.length,
      byStatus: gong.byStatus,
    }),
    'GET events': (request) => ({
      events: pageOf(gong.events, request),
      total: gong.events.length,
    }),
    'GET requests': (request) => ({
      requests: pageOf(gong.requests, request),
      total: gong.requests.length,
    }),
    'POST reset': () => {
      gong.reset();
      return {};
    },
  };
}
