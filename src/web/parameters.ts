import type { MiddlewareHandler } from 'hono';
import { listOf } from '../lib/format.ts';
import { BadQuery, type QueryReader } from './event-query.ts';
import { PAGE_LIMITS } from './limits.ts';
import type { WebContext, WebEnv } from './web-env.ts';

/**
 * Refuses a program's request with a parameter that its route does not read: a misspelled filter would
 * otherwise return everything. Pages ignore such parameters: mail programs and chat tools add their own
 * to links, and people see which filters apply.
 */
export function withParameters(...known: readonly string[]): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const unknown = new URL(c.req.url).searchParams.keys().find((name) => !known.includes(name));
    if (unknown !== undefined) throw new BadQuery(explanation(unknown, known));
    await next();
  };
}

/**
 * Reads a parameter that has one value, as an option of a command has. Throws BadQuery if it is
 * repeated: the caller would not notice that only one value counts.
 */
export function parameterReader(c: WebContext): QueryReader {
  return (name) => {
    const [value, ...others] = c.req.queries(name) ?? [];
    if (others.length === 0) return value;
    throw new BadQuery(`the parameter "${name}" is given twice, but takes one value`);
  };
}

/** The tenants that a program names: like `--tenant`, a parameter that can be repeated. */
export function requestedTenants(c: WebContext): readonly string[] {
  return c.req.queries('tenant') ?? [];
}

function explanation(unknown: string, known: readonly string[]): string {
  // As in the address: it has no character that could be misread.
  const name = encodeURIComponent(unknown.toWellFormed());
  const shown = name.slice(0, PAGE_LIMITS.parameterCharactersMax);
  const accepted = known.length === 0 ? 'no parameters' : listOf(known);
  return `the parameter "${shown}" is unknown: this address accepts ${accepted}`;
}
