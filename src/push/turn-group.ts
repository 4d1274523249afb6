import { setImmediate as endOfTurn } from 'node:timers/promises';

/**
 * Handles together what is added in two turns of the event loop, or while the previous group is
 * handled: one transaction for several responses. Senders ask for their next permits in the first
 * turn, and a single item waits no longer than the second.
 */
export class TurnGroup<Item> {
  readonly #handle: (items: readonly Item[]) => Promise<void>;
  #items: Item[] = [];
  #handled: Promise<void> = Promise.resolve();

  constructor(handle: (items: readonly Item[]) => Promise<void>) {
    this.#handle = handle;
  }

  /** Resolves or rejects as the handling of the item's group does. */
  add(item: Item): Promise<void> {
    this.#items.push(item);
    if (this.#items.length === 1) this.#handled = this.#handleNext(this.#handled);
    return this.#handled;
  }

  async #handleNext(previous: Promise<void>): Promise<void> {
    // A failure of the previous group is its own items' failure.
    await Promise.allSettled([previous, endOfTurn().then(() => endOfTurn())]);
    const items = this.#items;
    this.#items = [];
    await this.#handle(items);
  }
}
