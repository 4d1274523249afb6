/**
 * The place of a source that is read concurrently with others, but consumed in order. Only the first
 * is awaited; the others read ahead.
 */
export class Turn {
  #isFirst = false;
  readonly #listeners = new Set<() => void>();

  get isFirst(): boolean {
    return this.#isFirst;
  }

  becomeFirst(): void {
    this.#isFirst = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Calls `listener` once, when the source becomes the first. Returns how to cancel that. */
  onFirst(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
