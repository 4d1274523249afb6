import { type Grant, GrantHistory } from './grant-history.ts';

/** What is on record of a page's items, and what the page makes of it. */
export class GrantBook {
  readonly #items = new Map<string, Map<string, GrantHistory>>();
  readonly #loaded = new Map<Grant, string>();

  /** `grants`: all that is on record of the items that the page speaks of. */
  constructor(grants: readonly Grant[]) {
    const byGrantee = Map.groupBy(grants, ({ itemId, grantee }) =>
      JSON.stringify([itemId, grantee]),
    );
    for (const kept of byGrantee.values()) {
      const ordered = kept.toSorted((one, other) => one.generation - other.generation);
      const [first] = ordered;
      if (first !== undefined)
        this.#linesOf(first.itemId).set(first.grantee, new GrantHistory(ordered));
    }
    for (const grant of grants) this.#loaded.set(grant, JSON.stringify(grant));
  }

  line(itemId: string, grantee: string): GrantHistory {
    const lines = this.#linesOf(itemId);
    const line = lines.get(grantee) ?? new GrantHistory([]);
    lines.set(grantee, line);
    return line;
  }

  /** By grantee: everybody outside whom the record knows for the item. */
  lines(itemId: string): ReadonlyMap<string, GrantHistory> {
    return this.#linesOf(itemId);
  }

  /** The grants that an event reports, as far as the book holds their items. */
  grantsOf(eventId: string): Grant[] {
    return this.#all().filter((grant) => grant.eventId === eventId);
  }

  get eventIds(): string[] {
    return [...new Set(this.#all().flatMap(({ eventId }) => eventId ?? []))];
  }

  /** What has to be written: new grants, and those that are not as they were loaded. */
  get changed(): Grant[] {
    return this.#all().filter((grant) => this.#loaded.get(grant) !== JSON.stringify(grant));
  }

  #all(): Grant[] {
    return [...this.#items.values()].flatMap((lines) =>
      [...lines.values()].flatMap((line) => line.grants),
    );
  }

  #linesOf(itemId: string): Map<string, GrantHistory> {
    const lines = this.#items.get(itemId) ?? new Map<string, GrantHistory>();
    this.#items.set(itemId, lines);
    return lines;
  }
}
