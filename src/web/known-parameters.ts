import type { MiddlewareHandler } from 'hono';
import { listOf } from '../lib/format.ts';
import { BadQuery } from './event-query.ts';
import { PAGE_LIMITS } from './limits.ts';
import type { WebEnv } from './web-env.ts';

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

function explanation(unknown: string, known: readonly string[]): string {
  // As in the address: it has no character that could be misread.
  const name = encodeURIComponent(unknown.toWellFormed());
  const shown = name.slice(0, PAGE_LIMITS.parameterCharactersMax);
  const accepted = known.length === 0 ? 'no parameters' : listOf(known);
  return `the parameter "${shown}" is unknown: this address accepts ${accepted}`;
}
