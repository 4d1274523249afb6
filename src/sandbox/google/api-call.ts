import { createHash } from 'node:crypto';
import type { FieldMask } from './field-mask.ts';
import { invalid } from './responses.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** An authorized request. The response is reduced to `fields` afterward. */
export interface ApiCall {
  readonly state: WorkspaceState;
  /** email of the user that the call acts as */
  readonly user: string;
  readonly query: URLSearchParams;
  /** IDs in the path */
  readonly ids: readonly string[];
  readonly fields: FieldMask;
}

/** A boolean parameter. Throws ApiError for any other value. */
export function booleanParameter(
  call: ApiCall,
  name: string,
  otherwise: 'true' | 'false' = 'false',
): boolean {
  const text = call.query.get(name) ?? otherwise;
  if (text !== 'true' && text !== 'false') throw invalid(name, `Invalid boolean value: ${text}`);
  return text === 'true';
}

/** The page size: the requested one, limited by Google's maximum and the sandbox's settings. */
export function pageSizeOf(
  call: ApiCall,
  {
    name = 'pageSize',
    usual,
    max,
    above = 'coerced',
  }: {
    readonly name?: 'pageSize' | 'maxResults';
    readonly usual: number;
    readonly max: number;
    readonly above?: 'coerced' | 'refused';
  },
): number {
  const size = Number(call.query.get(name) ?? usual);
  if (!Number.isInteger(size) || size < 1 || (above === 'refused' && size > max))
    throw invalid(name);
  return Math.min(size, max, call.state.settings.pageSizeMax);
}

/**
 * The position in the page token; undefined without a token. Throws ApiError if the token belongs
 * to another user or another query.
 */
export function readPageToken(call: ApiCall): readonly number[] | undefined {
  const token = call.query.get('pageToken');
  if (token === null) return undefined;
  const [print, ...numbers] = Buffer.from(token, 'base64url').toString().split(' ');
  const position = numbers.map(Number);
  const isOurs = print === fingerprintOf(call) && position.every(Number.isSafeInteger);
  if (!isOurs) throw invalid('pageToken');
  return position;
}

export function writePageToken(call: ApiCall, position: readonly number[]): string {
  return Buffer.from([fingerprintOf(call), ...position].join(' ')).toString('base64url');
}

/** Hash of what must be the same for every page. Page sizes and fields can differ. */
function fingerprintOf({ user, query, ids }: ApiCall): string {
  const parameters = [...query].filter(([name]) => !FREE.has(name)).sort();
  const text = JSON.stringify([user, ids, parameters]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

const FREE: ReadonlySet<string> = new Set(['pageToken', 'pageSize', 'maxResults', 'fields']);
