import type { SandboxRequest } from './http-types.ts';

/** A thing that another process may ask or do: gives what is answered as JSON. */
export type ControlRoute = (request: SandboxRequest) => object | Promise<object>;

/** Keys are a method and a name, `GET events`; they are served as `/_sandbox/events`. */
export type ControlRoutes = Readonly<Record<string, ControlRoute>>;

/** What the asker got wrong: answered with 400 and this message. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** A longer list is read page by page: `?offset=10000`. */
export const LIST_PAGE_MAX = 10_000;

/** The part of a list that `?offset=N&limit=N` asks for; the first 10,000 when it says nothing. */
export function pageOf<Item>(items: readonly Item[], request: SandboxRequest): readonly Item[] {
  const offset = countIn(request, { name: 'offset', otherwise: 0 });
  const limit = countIn(request, { name: 'limit', otherwise: LIST_PAGE_MAX });
  return items.slice(offset, offset + Math.min(limit, LIST_PAGE_MAX));
}

/** The JSON object in the body of a control request. Throws ControlError when it is none. */
export function objectIn(request: SandboxRequest): Readonly<Record<string, unknown>> {
  const value = jsonIn(request);
  if (!isObject(value)) throw new ControlError('the body must be a JSON object');
  return value;
}

/** The JSON value in the body of a control request. Throws ControlError when it is none. */
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
