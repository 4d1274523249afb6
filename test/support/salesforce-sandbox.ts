import type { SandboxRequest, SandboxResponse, Vendor } from '../../src/sandbox/http-types.ts';
import type { Org, OrgOptions } from '../../src/sandbox/salesforce/org.ts';
import { createSalesforce } from '../../src/sandbox/salesforce/salesforce.ts';
import { ManualClock } from './manual-clock.ts';

export const ORIGIN = 'http://127.0.0.1:4100';
export const API = '/services/data/v62.0';
export const CLIENT_ID = 'sharetrail-app';
export const CLIENT_SECRET = 'test-client-secret';

/** The parts of a response that tests check, with any status. */
export interface JsonResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

export type JsonRecord = { readonly [name: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonRecord;

export interface RequestOptions {
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** an object is sent as JSON */
  readonly body?: object | string;
  readonly headBytes?: number;
}

/** The sandbox's Salesforce, called directly and logged in with client credentials. */
export class SalesforceSandbox {
  readonly org: Org;
  readonly clock: ManualClock;
  readonly vendor: Vendor;
  token = '';

  constructor(options: Omit<OrgOptions, 'clock'> = {}) {
    this.clock = new ManualClock(Date.parse('2026-11-02T09:00:00Z'));
    const { vendor, org } = createSalesforce({ clock: this.clock, ...options });
    this.vendor = vendor;
    this.org = org;
    const { userId } = org;
    org.addClient({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, runAsUserId: userId });
  }

  async login(): Promise<this> {
    const form = { grant_type: 'client_credentials', client_id: CLIENT_ID };
    const { body } = await this.postToken({ ...form, client_secret: CLIENT_SECRET });
    this.token = textOf(recordOf(body)['access_token']);
    return this;
  }

  /** POST to the token endpoint, form-encoded. */
  postToken(
    form: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<JsonResponse> {
    const body = new URLSearchParams(form).toString();
    return this.send({ method: 'POST', path: '/services/oauth2/token', body, headers });
  }

  async send(options: RequestOptions): Promise<JsonResponse> {
    const request: SandboxRequest = {
      method: options.method ?? 'GET',
      path: options.path,
      query: new URLSearchParams(options.query),
      headers: { authorization: `Bearer ${this.token}`, ...options.headers },
      body: typeof options.body === 'object' ? JSON.stringify(options.body) : (options.body ?? ''),
      origin: ORIGIN,
      headBytes: options.headBytes ?? 300,
    };
    const response: SandboxResponse = await this.vendor(request);
    // Convert to JSON and back, as over HTTP.
    const body: JsonValue = JSON.parse(JSON.stringify(response.body ?? null));
    return { status: response.status, headers: response.headers ?? {}, body };
  }

  query(soql: string, headers: Record<string, string> = {}): Promise<JsonResponse> {
    return this.send({ path: `${API}/query`, query: { q: soql }, headers });
  }

  /** The records that the query returns. Throws for an error response. */
  async records(soql: string): Promise<readonly JsonRecord[]> {
    const { status, body } = await this.query(soql);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return listOf(recordOf(body)['records']).map(recordOf);
  }

  /** One field of each record, in the order of the response. */
  async column(soql: string, name: string): Promise<readonly JsonValue[]> {
    return (await this.records(soql)).map((record) => record[name] ?? null);
  }

  /** Status, code, and message of an error response. */
  async refusal(soql: string): Promise<{ status: number; code: string; message: string }> {
    const { status, body } = await this.query(soql);
    return { status, ...errorOf(body) };
  }
}

/** The one error of a REST response. */
export function errorOf(body: JsonValue | undefined): { code: string; message: string } {
  const [error, ...more] = listOf(body).map(recordOf);
  if (!error || more.length > 0) throw new Error(`not one error: ${JSON.stringify(body)}`);
  return { code: textOf(error['errorCode']), message: textOf(error['message']) };
}

export function recordOf(value: JsonValue | undefined): JsonRecord {
  if (typeof value !== 'object' || value === null || isList(value)) {
    throw new Error(`not an object: ${JSON.stringify(value)}`);
  }
  return value;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || !isList(value))
    throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}

export function textOf(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
