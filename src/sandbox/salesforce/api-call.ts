import type { SandboxResponse } from '../http-types.ts';
import type { CallCounts } from './call-counts.ts';
import type { Database } from './database.ts';
import type { QueryLocators } from './query-locators.ts';
import type { Session, Sessions } from './sessions.ts';

/** What can be set about the org while it runs. */
export interface Settings {
  /** rows a page of a query holds at most */
  pageRowsMax: number;
  /** refuses every call as Salesforce does when the day's or the concurrent requests are used up */
  refusal: 'none' | 'day' | 'concurrent';
  /** whether the org's edition and the user's profile allow the API */
  apiEnabled: boolean;
  /** where answers say that the API is; by default where the client reached it */
  instanceUrl: string | undefined;
  /** how long a query inside a composite call may be: Salesforce does not say */
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
  /** parsed JSON; undefined where there is none */
  readonly body: unknown;
}

export type ResourceHandler = (call: ApiCall, parts: readonly string[]) => SandboxResponse;

/** The object's own values, or none where it is no object. */
export function valuesOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}
