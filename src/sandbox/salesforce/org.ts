import type { Clock } from '../../lib/clock.ts';
import type { Settings } from './call.ts';
import { Catalog } from './catalog.ts';
import { type ClientOptions, Clients } from './clients.ts';
import { Database } from './database.ts';
import { type Delivered, type Delivery, deliver } from './delivery.ts';
import { type GeneratedDeliveries, generateDeliveries } from './generated-deliveries.ts';
import { Locators } from './locators.ts';
import { Records, type Values } from './records.ts';
import { Sessions } from './sessions.ts';
import { SOQL_LENGTH_MAX } from './soql/query.ts';
import { type Counters, Usage } from './usage.ts';
import type { Value } from './values.ts';

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
export interface OrgParts {
  readonly database: Database;
  readonly clients: Clients;
  readonly sessions: Sessions;
  readonly locators: Locators;
  readonly usage: Usage;
  readonly settings: Settings;
}

/** The control surface of the made-up org: what people and admins do in it. */
export class Org {
  readonly organizationId: string;
  /** the first user: whom the connected app acts as */
  readonly userId: string;
  readonly username: string;
  readonly parts: OrgParts;
  readonly #records: Records;

  constructor(options: OrgOptions) {
    const catalog = new Catalog({ personAccounts: options.personAccounts ?? false });
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
    this.parts = {
      database,
      clients: new Clients(),
      sessions: new Sessions(this.organizationId, now),
      locators: new Locators(now),
      usage: new Usage(),
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
    const now = this.parts.database.now();
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
    const { database } = this.parts;
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
    this.parts.clients.add(options);
  }

  removeClient(clientId: string): void {
    this.parts.clients.remove(clientId);
  }

  /** A refresh token as the web flow would have given it; by default for the first user. */
  issueRefreshToken(clientId: string, userId = this.userId): string {
    return this.parts.clients.issueRefreshToken({ clientId, userId });
  }

  revokeRefreshToken(refreshToken: string): void {
    this.parts.clients.revoke(refreshToken);
  }

  /** Ends every session: their tokens are answered 401 from now on. */
  expireSessions(): void {
    this.parts.sessions.endAll();
  }

  /** Ends every query locator: INVALID_QUERY_LOCATOR. */
  expireLocators(): void {
    this.parts.locators.endAll();
  }

  /** "Content Deliveries" switched off: the object is missing from the schema. */
  setDeliveries(state: 'on' | 'off'): void {
    if (state === 'on') this.parts.database.catalog.showObject('ContentDistribution');
    else this.parts.database.catalog.hideObject('ContentDistribution');
  }

  /** Takes the API user's right to read an object: to him it is as if it were not there. */
  denyObject(name: string): void {
    this.parts.database.catalog.hideObject(name);
  }

  allowObject(name: string): void {
    this.parts.database.catalog.showObject(name);
  }

  /** Takes the API user's right to read a field. */
  denyField(objectName: string, fieldName: string): void {
    this.parts.database.catalog.hideField(objectName, fieldName);
  }

  /** Page size, request limit, API access, instance URL, as the org has them from now on. */
  set(settings: Partial<Settings>): void {
    Object.assign(this.parts.settings, settings);
  }

  /** The day's allocation, and how much of it other clients have used up. */
  setApiUsage(usage: { readonly limit?: number; readonly others?: number }): void {
    Object.assign(this.parts.usage, usage);
  }

  /** API calls as Salesforce bills them. */
  get counters(): Counters {
    return this.parts.usage.counters;
  }

  resetCounters(): void {
    this.parts.usage.reset();
  }
}
