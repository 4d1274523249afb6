import { createRandom } from '../../src/sandbox/seeded-random.ts';
import type { CliWorld } from '../support/cli-world.ts';
import { type Act, auditedEventId } from './kills-oracle.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** longer than the minute in which grants belong to one share */
const BETWEEN_ACTS_MS = 61 * SECOND_MS;
const LATE_MS_MAX = 4 * HOUR_MS;
export const HOLD_DAYS = 1;
/** runs until the change log reports what the audit log does not have */
const RUNS_WITHOUT_AUDIT = 2;
const PAST_DAYS = { first: 30, last: 10 };
/** past shares in each source */
const PAST_SHARES = 4;

const CUSTOMERS = ['ada@globex.example', 'ben@initech.example', 'cy@hooli.example'] as const;
/** has no record in Salesforce: their shares wait for `holdDays` */
const STRANGER = 'eve@unknown.example';
/** the person whose data is erased */
export const FORGOTTEN = 'fay@globex.example';

/** When Gong must have an act: after the first complete run that starts at `at`, or a later one. */
interface Due {
  readonly act: Act;
  readonly at: number;
  runsLeft: number;
}

type Random = () => number;

/** The people of a small company, who share at random, and the history of what they did. */
export class Company {
  readonly acts: Act[] = [];
  /** the window of a backfill of everything before the tenant's start */
  readonly pastWindow: { readonly since: string; readonly until: string };
  readonly #world: CliWorld;
  readonly #random: Random;
  readonly #hasDrive: boolean;
  readonly #records: ReadonlyMap<string, string>;
  readonly #due: Due[] = [];
  readonly #past: Act[] = [];
  /** acts that can be revoked, and then repeated */
  readonly #revocable: { readonly act: Act; readonly by: string }[] = [];
  readonly #places: { readonly ann: string; readonly bob: string; readonly drive: string };
  #files = 0;
  #isForgotten = false;

  constructor(world: CliWorld, options: { readonly seed: number; readonly hasDrive: boolean }) {
    this.#world = world;
    this.#random = createRandom(options.seed);
    this.#hasDrive = options.hasDrive;
    const { salesforce: org, google } = world.sandbox;
    const account = org.add('Account', { Name: 'Globex' });
    const contacts = [...CUSTOMERS, FORGOTTEN].map((Email) => {
      const id = org.add('Contact', { AccountId: account, LastName: Email, Email });
      return [Email, id] as const;
    });
    const insider = `ivy@${google.domain}`;
    this.#records = new Map<string, string>([
      ...contacts,
      [insider, org.add('Contact', { LastName: 'Ivy', Email: insider })],
    ]);
    const [ann, bob] = [
      google.addUser(`ann@${google.domain}`),
      google.addUser(`bob@${google.domain}`),
    ];
    const members = { [ann]: 'organizer', [bob]: 'writer' } as const;
    this.#places = { ann, bob, drive: google.addSharedDrive({ name: 'Deals', members }) };
    const [since, until] = [PAST_DAYS.first + 1, PAST_DAYS.last - 1].map((days) =>
      new Date(this.#now() - days * DAY_MS).toISOString(),
    );
    this.pastWindow = { since: since ?? '', until: until ?? '' };
    this.#addPast();
  }

  /** Lets people do `count` things, one after the other, and some minutes pass. */
  live(count: number): void {
    for (let number = 0; number < count; number += 1) {
      this.#world.sandbox.clock.advance(BETWEEN_ACTS_MS + this.#below(5) * MINUTE_MS);
      if (this.#hasDrive && this.#random() < 0.75) this.#useDrive();
      else this.#deliver();
    }
    this.#world.sandbox.clock.advance(BETWEEN_ACTS_MS + this.#below(12) * MINUTE_MS);
  }

  /** After a complete run, which started at `startedAt` by the vendors' clock. */
  runCompleted(startedAt: number): void {
    for (const due of this.#due) {
      if (startedAt < due.at || due.runsLeft === 0) continue;
      due.runsLeft -= 1;
      if (due.runsLeft === 0 && due.act.expectation === 'possible') due.act.expectation = 'due';
    }
  }

  /** An operator queued it again. */
  expectAgain(act: Act): void {
    act.expectation = 'possible';
    this.#due.push({ act, at: this.#now(), runsLeft: 1 });
  }

  /** A backfill was started: from now on, it can report past shares. */
  backfillStarted(): void {
    for (const act of this.#past) if (act.expectation === 'never') act.expectation = 'possible';
  }

  backfillCompleted(): void {
    for (const act of this.#past) act.expectation = 'due';
  }

  /** An erasure was started: what Gong has of the person so far is known, what comes later is not. */
  erasureStarted(): void {
    for (const act of this.#namingForgotten()) {
      if (!this.#isInGong(act)) act.exceptions.set(FORGOTTEN, 'possible');
    }
  }

  /** From now on, nothing names the person. */
  erasureCompleted(): void {
    this.#isForgotten = true;
    for (const act of this.#namingForgotten()) {
      act.exceptions.set(FORGOTTEN, this.#isInGong(act) ? 'due' : 'never');
    }
  }

  #namingForgotten(): Act[] {
    return this.acts.filter(({ people }) => people.includes(FORGOTTEN));
  }

  #isInGong({ source, content }: Act): boolean {
    return this.#world.sandbox.gong.events.some(({ body }) => {
      const isOfAct = body?.[source === 'salesforce' ? 'shareId' : 'contentId'] === content;
      return isOfAct && JSON.stringify(body?.['recipients'] ?? []).includes(FORGOTTEN);
    });
  }

  #addPast(): void {
    const { salesforce: org, google } = this.#world.sandbox;
    const stepMs = ((PAST_DAYS.first - PAST_DAYS.last) * DAY_MS) / PAST_SHARES;
    for (let number = 0; number < PAST_SHARES; number += 1) {
      const at = Math.floor(this.#now() - PAST_DAYS.first * DAY_MS + number * stepMs);
      const person = this.#oneOf(CUSTOMERS);
      const relatedTo = this.#records.get(person) ?? '';
      const { deliveryId } = org.deliver({ title: `Past ${number}`, relatedTo, at });
      this.#past.push(this.#record({ ...deliveryOf(deliveryId, [person], at), isPast: true }));
      if (!this.#hasDrive) continue;
      const by = this.#places.ann;
      const file = google.createFile({ name: `Past ${number}`, owner: by, at: at - HOUR_MS });
      google.share(file, { to: person, by, at });
      const act = auditedAct(file, [person], { at, by });
      this.#past.push(this.#record({ ...act, isPast: true }));
    }
  }

  #deliver(): void {
    const { salesforce: org, clock } = this.#world.sandbox;
    const kind = this.#random();
    const title = `Proposal ${this.acts.length}`;
    const at = this.#now();
    if (kind < 0.1) {
      // Someone of the company itself: reported to no one.
      const relatedTo = this.#records.get(`ivy@${this.#world.sandbox.google.domain}`) ?? '';
      const { deliveryId } = org.deliver({ title, relatedTo });
      this.#record(deliveryOf(deliveryId, [`ivy@${this.#world.sandbox.google.domain}`], at));
      return;
    }
    if (kind < 0.2) {
      const { deliveryId } = org.deliver({ title });
      this.#expect(deliveryOf(deliveryId, [], at), { at: at + HOLD_DAYS * DAY_MS });
      return;
    }
    const person = this.#oneOf([...CUSTOMERS, ...CUSTOMERS, FORGOTTEN]);
    const relatedTo = this.#records.get(person) ?? '';
    const { deliveryId } = org.deliver({ title, relatedTo });
    // A late commit: visible up to ten minutes after its timestamp.
    const visibleAt = kind < 0.3 ? clock.now() + this.#below(9) * MINUTE_MS : at;
    if (visibleAt > at) org.showAt(deliveryId, visibleAt);
    const act = deliveryOf(deliveryId, [person], at);
    this.#expect(visibleAt > at ? { ...act, isLate: true } : act, { at: visibleAt });
  }

  #useDrive(): void {
    const kind = this.#random();
    if (kind < 0.12) this.#shareWithoutAudit(Number.POSITIVE_INFINITY);
    else if (kind < 0.24) this.#shareWithoutAudit(this.#below(LATE_MS_MAX));
    else if (kind < 0.34) this.#revokeAndRepeat();
    else if (kind < 0.4) this.#shareInside();
    else this.#share();
  }

  /** A new file, shared with one to three people at once. */
  #share(): void {
    const { google } = this.#world.sandbox;
    google.setLateAudit(0);
    const by = this.#oneOf([this.#places.ann, this.#places.bob]);
    const file = this.#newFile(by);
    const all = [...CUSTOMERS, STRANGER, FORGOTTEN];
    const first = this.#below(all.length);
    const people = Array.from(
      { length: 1 + this.#below(3) },
      (_, index) => all[(first + index) % all.length] ?? '',
    );
    const at = this.#now();
    google.share(file, { to: people, by, at });
    // Without the forgotten person, a share with the stranger has no record in Salesforce.
    const isMatched = CUSTOMERS.some((person) => people.includes(person));
    const act = auditedAct(file, people, { at, by });
    this.#expect(act, { at: isMatched ? at : at + HOLD_DAYS * DAY_MS });
    if (isMatched && !people.includes(FORGOTTEN)) this.#revocable.push({ act, by });
  }

  /** The audit log has the share late, or never: then the change log reports it. */
  #shareWithoutAudit(lateMs: number): void {
    const { google } = this.#world.sandbox;
    google.setLateAudit(0);
    const by = this.#oneOf([this.#places.ann, this.#places.bob]);
    const file = this.#newFile(by);
    google.setLateAudit(lateMs);
    const person = this.#oneOf(CUSTOMERS);
    const at = this.#now();
    google.share(file, { to: person, by, at });
    google.setLateAudit(0);
    const { eventId: _, ...act } = auditedAct(file, [person], { at, by });
    this.#expect(act, { at, runs: RUNS_WITHOUT_AUDIT });
  }

  /** Ends the access of an earlier share that Gong has, and gives it again. */
  #revokeAndRepeat(): void {
    const { google, clock } = this.#world.sandbox;
    const index = this.#revocable.findIndex((one) => one.act.expectation === 'due');
    const [found] = index < 0 ? [] : this.#revocable.splice(index, 1);
    if (found === undefined) {
      this.#share();
      return;
    }
    const { act, by } = found;
    const person = act.people.find((email) => email !== STRANGER) ?? '';
    google.setLateAudit(0);
    google.revoke(act.content, { to: person, by });
    clock.advance(11 * MINUTE_MS);
    const at = this.#now();
    google.share(act.content, { to: person, by, at });
    this.#expect(auditedAct(act.content, [person], { at, by }), { at });
  }

  /** What is not reported: a colleague, a link, an edit, a changed role. */
  #shareInside(): void {
    const { google } = this.#world.sandbox;
    google.setLateAudit(0);
    const { ann, bob } = this.#places;
    const file = google.createFile({ name: 'Inside', owner: ann });
    google.share(file, { to: bob, by: ann });
    google.share(file, { anyone: true, by: ann });
    google.edit(file, { by: ann });
    const [known] = this.#revocable;
    if (known)
      google.share(known.act.content, { to: known.act.people, by: known.by, role: 'writer' });
  }

  #newFile(owner: string): string {
    this.#files += 1;
    const name = `File ${this.#files}`;
    const place = this.#random() < 0.3 ? { drive: this.#places.drive, by: owner } : { owner };
    return this.#world.sandbox.google.createFile({ name, ...place });
  }

  #expect(act: Act, due: { readonly at: number; readonly runs?: number }): void {
    this.#record(act).expectation = 'possible';
    this.#due.push({ act, at: due.at, runsLeft: due.runs ?? 1 });
  }

  #record(act: Act): Act {
    if (this.#isForgotten && act.people.includes(FORGOTTEN)) {
      act.exceptions.set(FORGOTTEN, 'never');
    }
    this.acts.push(act);
    return act;
  }

  #now(): number {
    return this.#world.sandbox.clock.now();
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #oneOf<T>(all: readonly T[]): T {
    const one = all[this.#below(all.length)];
    if (one === undefined) throw new Error('an empty list');
    return one;
  }
}

function deliveryOf(id: string, people: readonly string[], at: number): Act {
  const facts = { source: 'salesforce', content: id, people, at } as const;
  return { ...facts, eventId: `salesforce:${id}`, expectation: 'never', exceptions: new Map() };
}

function auditedAct(
  content: string,
  people: readonly string[],
  { at, by }: { readonly at: number; readonly by: string },
): Act {
  const facts = { source: 'google-drive', content, people, at } as const;
  const eventId = auditedEventId(facts, by);
  return { ...facts, eventId, expectation: 'never', exceptions: new Map() };
}
