import type { SandboxAnswer, SandboxRequest, Vendor } from '../../src/sandbox/http.ts';
import type { Org, OrgOptions } from '../../src/sandbox/salesforce/org.ts';
import { createSalesforce } from '../../src/sandbox/salesforce/salesforce.ts';
import { ManualClock } from './manual-clock.ts';

export const ORIGIN = 'http://127.0.0.1:4100';
export const API = '/services/data/v62.0';
export const CLIENT_ID = 'sharetrail-app';
export const CLIENT_SECRET = 'fake-client-secret';

/** The parts of a response that tests check. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

export type JsonRecord = { readonly [name: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonRecord;

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** an object is sent as JSON */
  readonly body?: object | string;
  readonly headBytes?: number;
}

/** An org whose request handler is called directly, logged in by client credentials. */
export class AskedOrg {
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
  ): Promise<Answered> {
    const body = new URLSearchParams(form).toString();
    return this.ask({ method: 'POST', path: '/services/oauth2/token', body, headers });
  }

  async ask(asked: Asked): Promise<Answered> {
    const request: SandboxRequest = {
      method: asked.method ?? 'GET',
      path: asked.path,
      query: new URLSearchParams(asked.query),
      headers: { authorization: `Bearer ${this.token}`, ...asked.headers },
      body: typeof asked.body === 'object' ? JSON.stringify(asked.body) : (asked.body ?? ''),
      origin: ORIGIN,
      headBytes: asked.headBytes ?? 300,
    };
    const answer: SandboxAnswer = await this.vendor(request);
    // Serialized as over HTTP, so that values without a JSON form are lost here too.
    const body: JsonValue = JSON.parse(JSON.stringify(answer.body ?? null));
    return { status: answer.status, headers: answer.headers ?? {}, body };
  }

  query(soql: string, headers: Record<string, string> = {}): Promise<Answered> {
    return this.ask({ path: `${API}/query`, query: { q: soql }, headers });
  }

  /** The records that the query returns; throws if it is rejected. */
  async records(soql: string): Promise<readonly JsonRecord[]> {
    const { status, body } = await this.query(soql);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return listOf(recordOf(body)['records']).map(recordOf);
  }

  /** One field of each record, in the response's order. */
  async column(soql: string, name: string): Promise<readonly JsonValue[]> {
    return (await this.records(soql)).map((record) => record[name] ?? null);
  }

  /** Status, code and message of a rejected query. */
  async refusal(soql: string): Promise<{ status: number; code: string; message: string }> {
    const { status, body } = await this.query(soql);
    return { status, ...errorOf(body) };
  }
}

/** The only error of a REST response. */
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
