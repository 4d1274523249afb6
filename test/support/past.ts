import type { TenantConfig } from '../../src/config/types.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { listCursors } from './list-cursors.ts';
import { startWorld, type World } from './world.ts';

const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60_000;

/** A world with a tenant that starts a day ago: earlier deliveries are for a backfill. */
export class Past {
  readonly world: World;
  /** receives all deliveries */
  readonly contact: string;
  readonly tenant: TenantConfig;

  private constructor(world: World) {
    this.world = world;
    const email = 'ada@globex.example';
    this.contact = world.org.add('Contact', { LastName: 'Byron', Email: email });
    // One request at a time, so that Gong receives the events in the order of sending.
    const gong = { ...world.tenant.gong, concurrency: 1 };
    this.tenant = { ...world.tenant, gong, start: world.clock.now() - DAY_MS };
  }

  static async open(): Promise<Past> {
    return new Past(await startWorld());
  }

  /** The time `days` days ago, in whole seconds, as Salesforce's timestamps are. */
  daysAgo(days: number): number {
    return Math.floor((this.world.clock.now() - days * DAY_MS) / SECOND_MS) * SECOND_MS;
  }

  deliverAt(at: number, fields: Record<string, string | null> = {}): string {
    const { org } = this.world;
    return org.deliver({ title: 'Deck', relatedTo: this.contact, at, fields }).deliveryId;
  }

  /** The deliveries that Gong has, in order of arrival. */
  sent(): string[] {
    return this.world.gong.events.map(({ body }) => String(body?.['shareId']));
  }

  async stored(deliveryId: string): Promise<StoredEvent | undefined> {
    const { db } = await this.world.context();
    const [event] = await findEvents(db, ['acme'], `salesforce:${deliveryId}`);
    return event;
  }

  /** `STREAM POSITION` */
  async cursors(): Promise<string[]> {
    const { db } = await this.world.context();
    const rows = await listCursors(db, 'acme');
    return rows.map(({ stream, position }) => `${stream} ${position}`);
  }

  /** The tenant with changes to one of its settings. */
  tenantWith<Key extends 'crm' | 'gong' | 'salesforce'>(
    key: Key,
    changes: Partial<TenantConfig[Key]>,
  ): TenantConfig {
    return { ...this.tenant, [key]: { ...this.tenant[key], ...changes } };
  }

  /** Makes Salesforce refuse the third page of deliveries, once. */
  breakReading(): void {
    const body = [{ errorCode: 'INSUFFICIENT_ACCESS', message: 'no access' }];
    this.world.server.faults.add({
      vendor: 'salesforce',
      pathIncludes: '/query/',
      skip: 1,
      times: 1,
      action: { kind: 'answer', status: 403, body },
    });
  }
}
