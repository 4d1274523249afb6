import type { SandboxRequest } from './http-types.ts';

/** Handles one control request from another process; returns the JSON response body. */
export type ControlRoute = (request: SandboxRequest) => object | Promise<object>;

/** Keys are a method and a name: `GET events` is served as `GET /_sandbox/events`. */
export type ControlRoutes = Readonly<Record<string, ControlRoute>>;

/** An error of the client: the response is 400 with this message. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** Longer lists are read in pages: `?offset=10000`. */
export const LIST_PAGE_MAX = 10_000;

/** The part of a list selected by `?offset=N&limit=N`; by default the first 10,000 items. */
export function pageOf<Item>(items: readonly Item[], request: SandboxRequest): readonly Item[] {
  const offset = countIn(request, { name: 'offset', otherwise: 0 });
  const limit = countIn(request, { name: 'limit', otherwise: LIST_PAGE_MAX });
  return items.slice(offset, offset + Math.min(limit, LIST_PAGE_MAX));
}

/** The JSON object in the body of a control request. Throws ControlError if it is not an object. */
export function objectIn(request: SandboxRequest): Readonly<Record<string, unknown>> {
  const value = jsonIn(request);
  if (!isObject(value)) throw new ControlError('the body must be a JSON object');
  return value;
}

/** The JSON value in the body of a control request. Throws ControlError if it is not JSON. */
export function jsonIn(request: SandboxRequest): unknown {
  try {
    return JSON.parse(request.body);
  } catch (error) {
    throw new ControlError('the body must be JSON', { cause: error });
  }
}

function countIn(
  request: SandboxRequest,
  { name, otherwise }: { readonly name: string; readonly otherwise: number },
): number {
  const count = Number(request.query.get(name) ?? otherwise);
  if (!Number.isInteger(count) || count < 0)
    throw new ControlError(`${name} must be a whole number, 0 or more`);
  return count;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
