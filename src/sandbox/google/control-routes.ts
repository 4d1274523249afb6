import type { ControlRoutes } from '../control-routes.ts';
import type { Workspace } from './workspace.ts';

/** Google's own routes under `/_sandbox/`. */
export function googleControlRoutes(google: Workspace): ControlRoutes {
  return {
    'GET state': () => ({ calls: google.calls }),
    'POST reset': () => {
      google.resetCalls();
      return {};
    },
  };
}
