import { createHash } from 'node:crypto';
import type { FieldMask } from './field-mask.ts';
import { invalid } from './responses.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** A request by somebody who may make it; its answer is narrowed to `fields` afterwards. */
export interface ApiCall {
  readonly state: WorkspaceState;
  /** email of whom it acts as */
  readonly user: string;
  readonly query: URLSearchParams;
  /** ids in the path */
  readonly ids: readonly string[];
  readonly fields: FieldMask;
}

/** A parameter that is true or false; refused where it is anything else. */
export function booleanParameter(
  call: ApiCall,
  name: string,
  otherwise: 'true' | 'false' = 'false',
): boolean {
  const text = call.query.get(name) ?? otherwise;
  if (text !== 'true' && text !== 'false') throw invalid(name, `Invalid boolean value: ${text}`);
  return text === 'true';
}

/** How many to give at most: what is asked for, or what Google or the sandbox's settings allow. */
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
 * What the page token says, for a query like the one that gave it; undefined without a token. A
 * token of another user, or of another question, is refused.
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

/** What must be the same on every page; sizes and fields may differ. */
function fingerprintOf({ user, query, ids }: ApiCall): string {
  const asked = [...query].filter(([name]) => !FREE.has(name)).sort();
  const text = JSON.stringify([user, ids, asked]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

const FREE: ReadonlySet<string> = new Set(['pageToken', 'pageSize', 'maxResults', 'fields']);
