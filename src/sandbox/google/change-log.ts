import { digitsOf } from './grantees.ts';

/** A changed item. The response shows its current state, not the one right after the change. */
export interface ChangeEntry {
  readonly kind: 'file' | 'drive';
  readonly id: string;
  /** epoch milliseconds */
  readonly at: number;
  /** whether it was in a My Drive before or after the change */
  readonly inMyDrive: boolean;
}

/** The status of the response to a lost token. */
export type LostTokenStatus = 403 | 404 | 410;

export interface LogSlice {
  readonly entries: readonly ChangeEntry[];
  /** position of the next entry; at the end, the position of the new start token */
  readonly next: number;
  readonly isEnd: boolean;
}

/** The changes of one user or one shared drive. A newer entry of an item replaces the older one. */
export class ChangeLog {
  readonly #first: number;
  readonly #entries: ChangeEntry[] = [];
  readonly #latest = new Map<string, number>();
  #lostBefore = 0;
  #lostStatus: LostTokenStatus | undefined;

  /** Each log starts at a different number, so that tokens of two logs differ. */
  constructor(name: string) {
    this.#first = 1_000 + (Number(digitsOf(name).slice(-9)) % 900_000);
  }

  /** The position of the next new entry. */
  get end(): number {
    return this.#first + this.#entries.length;
  }

  append(entry: ChangeEntry): void {
    this.#latest.set(entry.id, this.end);
    this.#entries.push(entry);
  }

  /** True if a token of this position can have been issued. */
  knows(position: number): boolean {
    return Number.isSafeInteger(position) && position >= this.#first && position <= this.end;
  }

  /** Invalidates all issued tokens; requests with them get this status. */
  lose(status: LostTokenStatus): void {
    this.append({ kind: 'file', id: `lost ${this.end}`, at: 0, inMyDrive: true });
    this.#lostBefore = this.end;
    this.#lostStatus = status;
  }

  lostAt(position: number): LostTokenStatus | undefined {
    return position < this.#lostBefore ? this.#lostStatus : undefined;
  }

  /** Replaced entries count toward the page size: a page can be empty without being the last. */
  slice(position: number, count: number): LogSlice {
    const from = position - this.#first;
    const entries = this.#entries
      .slice(from, from + count)
      .filter((entry, index) => this.#latest.get(entry.id) === position + index);
    const next = Math.min(position + count, this.end);
    return { entries, next, isEnd: next === this.end };
  }
}

/** One log per user and shared drive, created at its first entry. */
export class ChangeLogs {
  readonly #logs = new Map<string, ChangeLog>();
  /** number of coming responses that are empty although more pages follow */
  emptyPages = 0;

  takeEmptyPage(): boolean {
    if (this.emptyPages === 0) return false;
    this.emptyPages -= 1;
    return true;
  }

  /** `name`: an email or the ID of a shared drive. An empty log takes no memory. */
  of(name: string): ChangeLog {
    return this.#logs.get(name) ?? new ChangeLog(name);
  }

  /** The log of a renamed user stays the same log. */
  rename(from: string, to: string): void {
    const log = this.kept(from);
    this.#logs.delete(from);
    this.#logs.set(to, log);
  }

  kept(name: string): ChangeLog {
    const log = this.of(name);
    this.#logs.set(name, log);
    return log;
  }
}
