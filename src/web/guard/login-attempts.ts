import type { Clock } from '../../lib/clock.ts';
import { LOGIN_LIMITS } from '../limits.ts';

interface Address {
  wrong: number;
  lastWrongAt: number;
  waiting: number;
  /** when the last of the waiting attempts is admitted, in epoch milliseconds */
  busyUntil: number;
}

/**
 * Slows down an address that sent too many wrong tokens: its attempts, right or wrong, wait one after
 * the other. If only wrong ones waited, their delay would tell them apart at once.
 */
export class LoginAttempts {
  readonly #clock: Clock;
  /** in the order of their last wrong token */
  readonly #addresses = new Map<string, Address>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for the attempt's turn. `refused`: too many attempts of this address wait already. */
  async admit(name: string): Promise<'admitted' | 'refused'> {
    const address = this.#known(name);
    if (address === undefined || address.wrong < LOGIN_LIMITS.wrongMax) return 'admitted';
    if (address.waiting >= LOGIN_LIMITS.waitingMax) return 'refused';
    address.waiting += 1;
    const now = this.#clock.now();
    address.busyUntil = Math.max(now, address.busyUntil) + LOGIN_LIMITS.delayMs;
    await this.#clock.sleep(address.busyUntil - now);
    address.waiting -= 1;
    return 'admitted';
  }

  addWrong(name: string): void {
    const none = { wrong: 0, lastWrongAt: 0, waiting: 0, busyUntil: 0 };
    const address = this.#known(name) ?? none;
    address.wrong += 1;
    address.lastWrongAt = this.#clock.now();
    this.#addresses.delete(name);
    this.#addresses.set(name, address);
    const [oldest] = this.#addresses.keys();
    if (this.#addresses.size > LOGIN_LIMITS.addressesMax && oldest !== undefined) {
      this.#addresses.delete(oldest);
    }
  }

  #known(name: string): Address | undefined {
    const address = this.#addresses.get(name);
    if (address === undefined) return undefined;
    const isForgotten = this.#clock.now() - address.lastWrongAt >= LOGIN_LIMITS.forgetMs;
    if (isForgotten && address.waiting === 0) this.#addresses.delete(name);
    return isForgotten ? undefined : address;
  }
}
