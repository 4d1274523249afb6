import type { Clock } from '../../lib/clock.ts';
import type { Settings } from './api-call.ts';
import { CallCounts, type Counters } from './call-counts.ts';
import { Database } from './database.ts';
import { type Delivered, type Delivery, deliver } from './delivery.ts';
import { type GeneratedDeliveries, generateDeliveries } from './generated-deliveries.ts';
import { type ClientOptions, OauthClients } from './oauth-clients.ts';
import { QueryLocators } from './query-locators.ts';
import { Records, type Values } from './records.ts';
import { Sessions } from './sessions.ts';
import { SOQL_LENGTH_MAX } from './soql/read-query.ts';
import type { Value } from './values.ts';
import { VisibleSchema } from './visible-schema.ts';

/** SOAP and REST guides: a query answers at most 2,000 rows a page. */
const PAGE_ROWS_MAX = 2000;
const GENERATED_USERS = 20;

export interface OrgOptions {
  readonly clock: Clock;
  /** default Acme */
  readonly name?: string;
  /** whom sharetrail logs in as; default integration@acme.example */
  readonly username?: string;
  readonly isSandbox?: boolean;
  readonly personAccounts?: boolean;
}

/** The parts that answer requests; a story needs none of them. */
export interface OrgState {
  readonly database: Database;
  readonly clients: OauthClients;
  readonly sessions: Sessions;
  readonly locators: QueryLocators;
  readonly callCounts: CallCounts;
  readonly settings: Settings;
}

/** The control surface of the made-up org: what people and admins do in it. */
export class Org {
  readonly organizationId: string;
  /** the first user: whom the connected app acts as */
  readonly userId: string;
  readonly username: string;
  readonly state: OrgState;
  readonly #records: Records;

  constructor(options: OrgOptions) {
    const catalog = new VisibleSchema({ personAccounts: options.personAccounts ?? false });
    const database = new Database({ catalog, clock: options.clock });
    this.#records = new Records(database);
    this.username = options.username ?? 'integration@acme.example';
    this.userId = this.#records.add('User', {
      FirstName: 'Integration',
      LastName: 'User',
      Username: this.username,
      Email: this.username,
    });
    this.organizationId = this.#records.add('Organization', {
      Name: options.name ?? 'Acme',
      IsSandbox: options.isSandbox ?? false,
      InstanceName: 'NA99',
      OrganizationType: 'Enterprise Edition',
      TimeZoneSidKey: 'America/New_York',
      LanguageLocaleKey: 'en_US',
    });
    const now = (): number => options.clock.now();
    this.state = {
      database,
      clients: new OauthClients(),
      sessions: new Sessions(this.organizationId, now),
      locators: new QueryLocators(now),
      callCounts: new CallCounts(),
      settings: {
        pageRowsMax: PAGE_ROWS_MAX,
        refusal: 'none',
        apiEnabled: true,
        instanceUrl: undefined,
        compositeQueryLengthMax: SOQL_LENGTH_MAX,
      },
    };
  }

  /** Adds a record with these values and sensible others; returns its 18-character Id. */
  add(type: string, values: Values = {}): string {
    return this.#records.add(type, values);
  }

  /** Changes a record and bumps its SystemModstamp and LastModifiedDate. */
  update(id: string, values: Values): void {
    this.#records.update(id, values);
  }

  /** Deletes a record softly. */
  remove(id: string): void {
    this.#records.remove(id);
  }

  /** What a record holds, deleted or hidden or not; times as epoch milliseconds. */
  read(id: string): Readonly<Record<string, Value>> {
    return this.#records.read(id);
  }

  /** Makes a content delivery with its document and version. */
  deliver(delivery: Delivery): Delivered {
    return deliver(this.#records, delivery);
  }

  /** Somebody opens the delivery's link; whether that bumps SystemModstamp is not documented. */
  view(deliveryId: string, options: { readonly bumpsModstamp?: boolean } = {}): void {
    const before = this.read(deliveryId);
    const now = this.state.database.now();
    const kept = {
      SystemModstamp: before['SystemModstamp'],
      LastModifiedDate: before['LastModifiedDate'],
    };
    this.update(deliveryId, {
      ViewCount: Number(before['ViewCount'] ?? 0) + 1,
      FirstViewDate: before['FirstViewDate'] ?? now,
      LastViewDate: now,
      ...(options.bumpsModstamp ? {} : kept),
    });
  }

  /** Takes a record out of the API user's sight, without a trace. */
  hide(id: string): void {
    this.#records.row(id).hidden = true;
  }

  show(id: string): void {
    this.#records.row(id).hidden = false;
  }

  /** A record that is committed late: it becomes visible at `at`, its times stay as they are. */
  showAt(id: string, at: number): void {
    this.#records.row(id).visibleFromMs = at;
  }

  /** Fills the org with computed deliveries, contacts, accounts and deals for a benchmark. */
  generatedDeliveries(options: GeneratedDeliveries): void {
    const { database } = this.state;
    const users = Array.from({ length: GENERATED_USERS }, (_, number) =>
      this.add('User', {
        FirstName: 'Sales',
        LastName: `Person ${number}`,
        Username: `sales${number}@acme.example`,
        Email: `sales${number}@acme.example`,
      }),
    );
    for (const table of generateDeliveries(database.catalog, options, users)) database.use(table);
  }

  /** Registers a connected app, or changes it. */
  addClient(options: ClientOptions): void {
    this.state.clients.add(options);
  }

  removeClient(clientId: string): void {
    this.state.clients.remove(clientId);
  }

  /** A refresh token as the web flow would have given it; by default for the first user. */
  issueRefreshToken(clientId: string, userId = this.userId): string {
    return this.state.clients.issueRefreshToken({ clientId, userId });
  }

  revokeRefreshToken(refreshToken: string): void {
    this.state.clients.revoke(refreshToken);
  }

  /** Ends every session: their tokens are answered 401 from now on. */
  expireSessions(): void {
    this.state.sessions.endAll();
  }

  /** Ends every query locator: INVALID_QUERY_LOCATOR. */
  expireLocators(): void {
    this.state.locators.endAll();
  }

  /** "Content Deliveries" switched off: the object is missing from the schema. */
  setDeliveries(state: 'on' | 'off'): void {
    if (state === 'on') this.state.database.catalog.showObject('ContentDistribution');
    else this.state.database.catalog.hideObject('ContentDistribution');
  }

  /** Takes the API user's right to read an object: to him it is as if it were not there. */
  denyObject(name: string): void {
    this.state.database.catalog.hideObject(name);
  }

  allowObject(name: string): void {
    this.state.database.catalog.showObject(name);
  }

  /** Takes the API user's right to read a field. */
  denyField(objectName: string, fieldName: string): void {
    this.state.database.catalog.hideField(objectName, fieldName);
  }

  /** Page size, request limit, API access, instance URL, as the org has them from now on. */
  set(settings: Partial<Settings>): void {
    Object.assign(this.state.settings, settings);
  }

  /** The day's allocation, and how much of it other clients have used up. */
  setApiUsage(usage: { readonly limit?: number; readonly others?: number }): void {
    Object.assign(this.state.callCounts, usage);
  }

  /** API calls as Salesforce bills them. */
  get counters(): Counters {
    return this.state.callCounts.counters;
  }

  resetCounters(): void {
    this.state.callCounts.reset();
  }
}
