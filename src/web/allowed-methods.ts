import type { Hono } from 'hono';
import { METHOD_NAME_ALL } from 'hono/router';
import type { WebEnv } from './web-env.ts';

/** Every method that a route of this server has. */
const METHODS = ['GET', 'POST'] as const;

/** The value of an Allow header for the path, as of now; undefined if there is no such path. */
export function allowedMethods(app: Hono<WebEnv>, path: string): string | undefined {
  const allowed = METHODS.filter((method) => {
    const [matches] = app.router.match(method, path);
    // A guard is a route, too: it has all methods, or the path *.
    return matches.some(
      ([[, route]]) => route.method !== METHOD_NAME_ALL && !route.path.endsWith('*'),
    );
  });
  const names = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return names.length === 0 ? undefined : names.join(', ');
}
