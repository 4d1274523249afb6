import type { SandboxResponse } from '../http-types.ts';
import type { CallCounts } from './call-counts.ts';
import type { Database } from './database.ts';
import type { QueryLocators } from './query-locators.ts';
import type { Session, Sessions } from './sessions.ts';

/** Settings of the org that can change while it runs. */
export interface Settings {
  /** maximum number of rows per query page */
  pageRowsMax: number;
  /** refuses every call, as if the daily or the concurrent request limit were used up */
  refusal: 'none' | 'day' | 'concurrent';
  /** whether the org's edition and the user's profile allow the API */
  apiEnabled: boolean;
  /** the instance URL in responses; default: the origin that the client used */
  instanceUrl: string | undefined;
  /** maximum length of a query inside a composite call: not documented by Salesforce */
  compositeQueryLengthMax: number;
}

/** One request for a resource of the REST API, alone or inside a composite call. */
export interface ApiCall {
  readonly org: {
    readonly database: Database;
    readonly sessions: Sessions;
    readonly locators: QueryLocators;
    readonly callCounts: CallCounts;
    readonly settings: Settings;
  };
  readonly session: Session;
  readonly method: string;
  /** such as 62.0 */
  readonly apiVersion: string;
  /** below /services/data/vXX.X/ */
  readonly path: string;
  readonly query: URLSearchParams;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** parsed JSON; undefined without a body */
  readonly body: unknown;
}

export type ResourceHandler = (call: ApiCall, parts: readonly string[]) => SandboxResponse;

/** The properties of an object; none for any other value. */
export function valuesOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}
