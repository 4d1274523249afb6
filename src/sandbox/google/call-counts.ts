/** The supported methods, named as in Google's clients. */
export type MethodName =
  | 'token'
  /** a request with several calls, which count one by one */
  | 'batch'
  | 'about.get'
  | 'changes.getStartPageToken'
  | 'changes.list'
  | 'files.get'
  | 'files.list'
  | 'permissions.list'
  | 'drives.get'
  | 'drives.list'
  | 'activities.list'
  | 'users.get'
  | 'users.list'
  | 'domains.list'
  | 'domainAliases.list';

/** Requests since the start or the last reset, including refused ones. */
export interface GoogleCalls {
  /** as Google bills them: without token requests and batches, but with the calls in batches */
  readonly total: number;
  readonly byMethod: Readonly<Partial<Record<MethodName, number>>>;
}

const UNBILLED: ReadonlySet<MethodName> = new Set(['token', 'batch']);
const MINUTE_MS = 60_000;

export class CallCounts {
  #byMethod = new Map<MethodName, number>();
  #minutes = new Map<string, { readonly minute: number; count: number }>();

  get calls(): GoogleCalls {
    const counts = [...this.#byMethod];
    const total = counts.reduce((sum, [name, count]) => sum + (UNBILLED.has(name) ? 0 : count), 0);
    return { total, byMethod: Object.fromEntries(counts) };
  }

  count(method: MethodName): void {
    this.#byMethod.set(method, (this.#byMethod.get(method) ?? 0) + 1);
  }

  /** Counts a call against the quota of the current minute; returns false if it is used up. */
  take(quota: {
    readonly name: string;
    readonly perMinute: number;
    readonly now: number;
  }): boolean {
    const minute = Math.floor(quota.now / MINUTE_MS);
    const known = this.#minutes.get(quota.name);
    const used = known?.minute === minute ? known : { minute, count: 0 };
    this.#minutes.set(quota.name, used);
    used.count += 1;
    return used.count <= quota.perMinute;
  }

  reset(): void {
    this.#byMethod = new Map();
  }
}
