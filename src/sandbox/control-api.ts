import { messageOf } from '../lib/errors.ts';
import { ControlError, type ControlRoutes, jsonIn, objectIn, pageOf } from './control-routes.ts';
import { parseFaultRule } from './fault-rule.ts';
import type { Faults } from './faults.ts';
import type { SandboxRequest, SandboxResponse } from './http-types.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import type { Traffic } from './traffic.ts';

/** The path prefix of the control API, on every vendor's port. */
export const CONTROL_PREFIX = '/_sandbox/';

export interface ControlContext {
  readonly vendor: string;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly traffic: Traffic;
  /** the vendor's own routes, in addition to the built-in ones */
  readonly vendorRoutes: ControlRoutes;
}

/**
 * Handles a control request. Every port has these routes:
 * - GET state, traffic, faults, clock
 * - POST faults: one rule or a list; a rule without `vendor` applies to all vendors
 * - POST clock: `{advanceMs}`
 * - DELETE faults: all rules, or the one with `?id=`
 *
 * Each vendor adds its own routes.
 */
export async function handleControl(
  request: SandboxRequest,
  parts: ControlContext,
): Promise<SandboxResponse> {
  const name = request.path.slice(CONTROL_PREFIX.length);
  const routes: ControlRoutes = { ...parts.vendorRoutes, ...builtInRoutes(parts) };
  const route = routes[`${request.method} ${name}`];
  if (!route) return unknownRoute(name, routes);
  try {
    return { status: 200, body: await route(request) };
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { error: messageOf(error) } };
    throw error;
  }
}

function builtInRoutes(parts: ControlContext): ControlRoutes {
  const { vendor, clock, faults, traffic, vendorRoutes } = parts;
  return {
    'GET state': async (request) => ({
      vendor,
      now: clock.now(),
      traffic: traffic.counts,
      faults: faults.states,
      ...(await vendorRoutes['GET state']?.(request)),
    }),
    'GET traffic': (request) => ({
      traffic: pageOf(traffic.entries, request),
      total: traffic.counts.requests,
    }),
    'GET faults': () => ({ faults: faults.states }),
    'POST faults': (request) => {
      const body = jsonIn(request);
      // Parse all rules before adding the first, so that an invalid rule adds nothing.
      const rules = (Array.isArray(body) ? body : [body]).map(parseFaultRule);
      return { ids: rules.map((rule) => faults.add(rule)) };
    },
    'DELETE faults': (request) => {
      removeFaults(faults, request.query.get('id'));
      return { faults: faults.states };
    },
    'GET clock': () => ({ now: clock.now() }),
    'POST clock': (request) => {
      clock.advance(advanceIn(request));
      return { now: clock.now() };
    },
  };
}

function removeFaults(faults: Faults, id: string | null): void {
  if (id === null) faults.clear();
  else if (!faults.remove(Number(id))) throw new ControlError(`there is no fault ${id}`);
}

function advanceIn(request: SandboxRequest): number {
  const { advanceMs } = objectIn(request);
  if (typeof advanceMs !== 'number' || advanceMs < 0)
    throw new ControlError('advanceMs must be a number of milliseconds, 0 or more');
  return advanceMs;
}

function unknownRoute(name: string, routes: ControlRoutes): SandboxResponse {
  const methods = Object.keys(routes)
    .filter((key) => key.endsWith(` ${name}`))
    .map((key) => key.split(' ', 1).join(''));
  if (methods.length === 0)
    return { status: 404, body: { error: `unknown: ${name}`, known: Object.keys(routes) } };
  return {
    status: 405,
    headers: { allow: methods.join(', ') },
    body: { error: `${name} takes ${methods.join(', ')}` },
  };
}
