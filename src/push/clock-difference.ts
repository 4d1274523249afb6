/** clocks are read in full milliseconds */
const ROUNDED_MS = 1;

/**
 * How far another clock is ahead of this machine's, in milliseconds. Reading it takes time, and on a
 * busy machine much time can pass before the result is handled. So each reading gives two bounds of
 * the difference, and the narrowest ones of all readings count.
 */
export class ClockDifference {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  /** `other`: the other clock's time, read between `before` and `after` of this machine's. */
  add(other: number, read: { readonly before: number; readonly after: number }): void {
    const least = other - read.after - ROUNDED_MS;
    const most = other - read.before + ROUNDED_MS;
    // One of the clocks was set, or they have drifted apart.
    const isOutdated = least > this.#most || most < this.#least;
    this.#least = isOutdated ? least : Math.max(this.#least, least);
    this.#most = isOutdated ? most : Math.min(this.#most, most);
  }

  /** Not less than the difference: what happened here is never dated too early. 0 before a reading. */
  get aheadMs(): number {
    return Number.isFinite(this.#most) ? this.#most : 0;
  }
}
