import type { Clock } from '../../lib/clock.ts';
import type { Settings } from './api-call.ts';
import { CallCounts, type Counters } from './call-counts.ts';
import { Database } from './database.ts';
import { type Delivered, type Delivery, deliver } from './delivery.ts';
import { type GeneratedDeliveries, generateDeliveries } from './generated-deliveries.ts';
import { type ClientOptions, OauthClients } from './oauth-clients.ts';
import { QueryLocators } from './query-locators.ts';
import { Records, type Values } from './records.ts';
import { SchemaCatalog } from './schema-catalog.ts';
import { Sessions } from './sessions.ts';
import { SOQL_LENGTH_MAX } from './soql/read-query.ts';
import type { Value } from './values.ts';

/** SOAP and REST guides: a query returns at most 2,000 rows per page. */
const PAGE_ROWS_MAX = 2000;
const GENERATED_USERS = 20;

export interface OrgOptions {
  readonly clock: Clock;
  /** default: Acme */
  readonly name?: string;
  /** the user that sharetrail logs in as; default: integration@acme.example */
  readonly username?: string;
  readonly isSandbox?: boolean;
  /** default: the first of the simulated orgs */
  readonly organizationId?: string;
  readonly personAccounts?: boolean;
}

/** The state and services of the simulated org. Tests and scenarios use `Org`. */
export interface OrgState {
  readonly database: Database;
  readonly clients: OauthClients;
  readonly sessions: Sessions;
  readonly locators: QueryLocators;
  readonly callCounts: CallCounts;
  readonly settings: Settings;
}

/** The simulated org: everything that its people and administrators do. */
export class Org {
  readonly organizationId: string;
  /** the first user, whom the connected app acts as */
  readonly userId: string;
  readonly username: string;
  readonly state: OrgState;
  readonly #records: Records;

  constructor(options: OrgOptions) {
    const catalog = new SchemaCatalog({ personAccounts: options.personAccounts ?? false });
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
      Id: options.organizationId,
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

  /** Adds a record with these values and reasonable defaults; returns its 18-character Id. */
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

  /** All values of a record, even a deleted or hidden one; times as epoch milliseconds. */
  read(id: string): Readonly<Record<string, Value>> {
    return this.#records.read(id);
  }

  /** Creates a content delivery with its document and version. */
  deliver(delivery: Delivery): Delivered {
    return deliver(this.#records, delivery);
  }

  /** A visitor opens the delivery's link. Whether that updates SystemModstamp is not documented. */
  view(deliveryId: string, options: { readonly bumpsModstamp?: boolean } = {}): void {
    const before = this.read(deliveryId);
    const now = this.state.database.now();
    const unchanged = {
      SystemModstamp: before['SystemModstamp'],
      LastModifiedDate: before['LastModifiedDate'],
    };
    this.update(deliveryId, {
      ViewCount: Number(before['ViewCount'] ?? 0) + 1,
      FirstViewDate: before['FirstViewDate'] ?? now,
      LastViewDate: now,
      ...(options.bumpsModstamp ? {} : unchanged),
    });
  }

  /** Hides a record from the API user, without changing it. */
  hide(id: string): void {
    this.#records.row(id).hidden = true;
  }

  show(id: string): void {
    this.#records.row(id).hidden = false;
  }

  /** Simulates a late commit: the record becomes visible at `at`, with unchanged timestamps. */
  showAt(id: string, at: number): void {
    this.#records.row(id).visibleFromMs = at;
  }

  /** Adds computed deliveries, contacts, accounts, and deals for a benchmark. */
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

  /** Registers or changes a connected app. */
  addClient(options: ClientOptions): void {
    this.state.clients.add(options);
  }

  removeClient(clientId: string): void {
    this.state.clients.remove(clientId);
  }

  /** Issues a refresh token, as the web flow does; by default for the first user. */
  issueRefreshToken(clientId: string, userId = this.userId): string {
    return this.state.clients.issueRefreshToken({ clientId, userId });
  }

  revokeRefreshToken(refreshToken: string): void {
    this.state.clients.revoke(refreshToken);
  }

  /** Ends every session: later calls with their tokens return 401. */
  expireSessions(): void {
    this.state.sessions.endAll();
  }

  /** Ends every query locator: later calls return INVALID_QUERY_LOCATOR. */
  expireLocators(): void {
    this.state.locators.endAll();
  }

  /** Turns "Content Deliveries" on or off; off removes the object from the schema. */
  setDeliveries(state: 'on' | 'off'): void {
    if (state === 'on') this.state.database.catalog.showObject('ContentDistribution');
    else this.state.database.catalog.hideObject('ContentDistribution');
  }

  /** Removes the API user's read access to an object: for this user, it does not exist. */
  denyObject(name: string): void {
    this.state.database.catalog.hideObject(name);
  }

  allowObject(name: string): void {
    this.state.database.catalog.showObject(name);
  }

  /** Removes the API user's read access to a field. */
  denyField(objectName: string, fieldName: string): void {
    this.state.database.catalog.hideField(objectName, fieldName);
  }

  allowField(objectName: string, fieldName: string): void {
    this.state.database.catalog.showField(objectName, fieldName);
  }

  /** Encrypts a field with Shield's probabilistic scheme: queries show it, but cannot filter by it. */
  encryptField(objectName: string, fieldName: string): void {
    this.state.database.catalog.encryptField(objectName, fieldName);
  }

  decryptField(objectName: string, fieldName: string): void {
    this.state.database.catalog.decryptField(objectName, fieldName);
  }

  /** Changes settings, such as page size, limits, API access, or instance URL. */
  set(settings: Partial<Settings>): void {
    Object.assign(this.state.settings, settings);
  }

  /** Sets the daily call limit, and the calls that other clients have used. */
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
