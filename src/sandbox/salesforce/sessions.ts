import { createHash } from 'node:crypto';

/** Salesforce's default session timeout; every use restarts it. */
const SESSION_IDLE_MS = 2 * 3_600_000;

export interface Session {
  readonly token: string;
  readonly userId: string;
  readonly clientId: string;
  usedAtMs: number;
}

/** The valid access tokens of the org. */
export class Sessions {
  readonly #organizationId: string;
  readonly #now: () => number;
  readonly #open = new Map<string, Session>();
  #issued = 0;

  constructor(organizationId: string, now: () => number) {
    this.#organizationId = organizationId;
    this.#now = now;
  }

  open(userId: string, clientId: string): Session {
    this.#issued += 1;
    // Derived by a hash, so that the same scenario yields the same tokens.
    const secret = createHash('sha256').update(`session ${clientId} ${this.#issued}`).digest('hex');
    const token = `${this.#organizationId.slice(0, 15)}!AQ0AQ${secret}`;
    const session: Session = { token, userId, clientId, usedAtMs: this.#now() };
    this.#open.set(token, session);
    return session;
  }

  /** Returns the session of this token and extends it; undefined if it has ended. */
  use(token: string): Session | undefined {
    const session = this.#open.get(token);
    if (!session) return undefined;
    if (this.#now() >= session.usedAtMs + SESSION_IDLE_MS) {
      this.#open.delete(token);
      return undefined;
    }
    session.usedAtMs = this.#now();
    return session;
  }

  isOpen(token: string): boolean {
    return this.#open.has(token);
  }

  end(token: string): void {
    this.#open.delete(token);
  }

  endAll(): void {
    this.#open.clear();
  }
}
