import { digitsOf } from './grantees.ts';

/** What changed; the answer shows how it is now, not how it was. */
export interface ChangeEntry {
  readonly kind: 'file' | 'drive';
  readonly id: string;
  /** epoch milliseconds */
  readonly at: number;
  /** whether it was in a My Drive before or after the change */
  readonly inMyDrive: boolean;
}

/** How a lost position is told. */
export type LostTokenStatus = 403 | 404 | 410;

export interface LogSlice {
  readonly entries: readonly ChangeEntry[];
  /** where to go on; past the end: the new start token's place */
  readonly next: number;
  readonly isEnd: boolean;
}

/** The changes of one user or one shared drive: a newer entry replaces the older one. */
export class ChangeLog {
  readonly #first: number;
  readonly #entries: ChangeEntry[] = [];
  readonly #latest = new Map<string, number>();
  #lostBefore = 0;
  #lostAnswer: LostTokenStatus | undefined;

  /** Each log counts from a number of its own, so that tokens of two logs do not look alike. */
  constructor(name: string) {
    this.#first = 1_000 + (Number(digitsOf(name).slice(-9)) % 900_000);
  }

  /** Where what happens from now on will stand. */
  get end(): number {
    return this.#first + this.#entries.length;
  }

  append(entry: ChangeEntry): void {
    this.#latest.set(entry.id, this.end);
    this.#entries.push(entry);
  }

  /** Whether a token of this place was ever given out. */
  knows(place: number): boolean {
    return Number.isSafeInteger(place) && place >= this.#first && place <= this.end;
  }

  /** Every token given out so far is refused like this from now on. */
  lose(answer: LostTokenStatus): void {
    this.append({ kind: 'file', id: `lost ${this.end}`, at: 0, inMyDrive: true });
    this.#lostBefore = this.end;
    this.#lostAnswer = answer;
  }

  lostAt(place: number): LostTokenStatus | undefined {
    return place < this.#lostBefore ? this.#lostAnswer : undefined;
  }

  /** Replaced entries count for the page's size: a page may come empty, and not be the last. */
  slice(place: number, count: number): LogSlice {
    const from = place - this.#first;
    const entries = this.#entries
      .slice(from, from + count)
      .filter((entry, index) => this.#latest.get(entry.id) === place + index);
    const next = Math.min(place + count, this.end);
    return { entries, next, isEnd: next === this.end };
  }
}

/** One log for each user and each shared drive, made when something happens to it. */
export class ChangeLogs {
  readonly #logs = new Map<string, ChangeLog>();
  /** so many answers to come are empty, though not the last of their list */
  emptyPages = 0;

  takeEmptyPage(): boolean {
    if (this.emptyPages === 0) return false;
    this.emptyPages -= 1;
    return true;
  }

  /** `name`: an email, or the id of a shared drive. An empty log takes no memory. */
  of(name: string): ChangeLog {
    return this.#logs.get(name) ?? new ChangeLog(name);
  }

  kept(name: string): ChangeLog {
    const log = this.of(name);
    this.#logs.set(name, log);
    return log;
  }
}
