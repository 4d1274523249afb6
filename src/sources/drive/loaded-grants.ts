import type { Grant } from './grant.ts';
import { GrantHistory } from './grant-history.ts';

/** The grants on record for the items of a page, and the changes that the page makes to them. */
export class LoadedGrants {
  readonly #items = new Map<string, Map<string, GrantHistory>>();
  readonly #loaded = new Map<Grant, string>();

  /** `grants`: all grants on record for the page's items. */
  constructor(grants: readonly Grant[]) {
    const byGrantee = Map.groupBy(grants, ({ itemId, grantee }) =>
      JSON.stringify([itemId, grantee]),
    );
    for (const stored of byGrantee.values()) {
      const ordered = stored.toSorted((one, other) => one.generation - other.generation);
      const [first] = ordered;
      if (first !== undefined)
        this.#historiesOf(first.itemId).set(first.grantee, new GrantHistory(ordered));
    }
    for (const grant of grants) this.#loaded.set(grant, JSON.stringify(grant));
  }

  history(itemId: string, grantee: string): GrantHistory {
    const histories = this.#historiesOf(itemId);
    const history = histories.get(grantee) ?? new GrantHistory([]);
    histories.set(grantee, history);
    return history;
  }

  /** By grantee: all external grantees on record for the item. */
  histories(itemId: string): ReadonlyMap<string, GrantHistory> {
    return this.#historiesOf(itemId);
  }

  /** The loaded grants that the event reports. */
  grantsOfEvent(eventId: string): Grant[] {
    return this.#all().filter((grant) => grant.eventId === eventId);
  }

  get eventIds(): string[] {
    return [...new Set(this.#all().flatMap(({ eventId }) => eventId ?? []))];
  }

  /** The grants that must be saved: new ones, and ones that changed after loading. */
  get changed(): Grant[] {
    return this.#all().filter((grant) => this.#loaded.get(grant) !== JSON.stringify(grant));
  }

  #all(): Grant[] {
    return [...this.#items.values()].flatMap((histories) =>
      [...histories.values()].flatMap((history) => history.grants),
    );
  }

  #historiesOf(itemId: string): Map<string, GrantHistory> {
    const histories = this.#items.get(itemId) ?? new Map<string, GrantHistory>();
    this.#items.set(itemId, histories);
    return histories;
  }
}
