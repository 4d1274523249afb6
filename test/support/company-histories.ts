import fc from 'fast-check';
import type { DriveWorld } from './drive-world.ts';

const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
const ANYONE = 'anyone';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const LATE_HOURS_MAX = 5;
const STEPS_MAX = 14;

/** Items that stand when a history begins; `drive` is the shared drive itself. */
const ITEMS = ['file-a', 'file-b', 'folder', 'inner', 'drive-file'] as const;
const MOVED = ['file-a', 'file-b', 'inner', 'drive-file'] as const;
const PLACES = ['folder', 'top', 'drive'] as const;
type ItemName = (typeof ITEMS)[number];

/**
 * What somebody does more than a minute after the step before, as far as an act is long; the audit
 * log tells of it `lateMs` later.
 */
export type Deed = { readonly afterMs: number; readonly lateMs: number } & (
  | {
      readonly kind: 'share';
      readonly item: ItemName;
      readonly to: readonly string[];
      readonly role: 'reader' | 'writer';
      readonly by: 'ann' | 'bob';
    }
  | { readonly kind: 'revoke'; readonly item: ItemName; readonly to: readonly string[] }
  | {
      readonly kind: 'move';
      readonly item: (typeof MOVED)[number];
      readonly place: (typeof PLACES)[number];
    }
  | {
      readonly kind: 'member';
      readonly who: string;
      readonly role: 'reader' | 'writer' | undefined;
    }
  | { readonly kind: 'create'; readonly place: 'folder' | 'drive' }
  | { readonly kind: 'edit'; readonly item: ItemName }
  | { readonly kind: 'run' }
);

export interface History {
  readonly deeds: readonly Deed[];
  /** each detector reads after each deed, or only where the history says so */
  readonly runs: 'after-each' | 'as-told';
  /** which children of a shared folder stand in the change log: Google does not say */
  readonly childEntries: 'none' | 'some' | 'all';
  readonly pageSizeMax: number;
}

export const histories: fc.Arbitrary<History> = fc.record({
  deeds: fc.array(anyDeed(), { minLength: 1, maxLength: STEPS_MAX }),
  runs: fc.constantFrom('after-each', 'as-told', 'as-told'),
  childEntries: fc.constantFrom('none', 'some', 'all'),
  pageSizeMax: fc.integer({ min: 2, max: 9 }),
});

function anyDeed(): fc.Arbitrary<Deed> {
  const item = fc.constantFrom(...ITEMS);
  const to = fc.uniqueArray(fc.constantFrom(ADA, BEN, ANYONE), { minLength: 1, maxLength: 3 });
  const who = fc.constantFrom(ADA, BEN);
  const role = fc.constantFrom('reader' as const, 'writer' as const);
  const afterMs = fc.integer({ min: 61_000, max: 40 * MINUTE_MS });
  const late = fc.integer({ min: 0, max: LATE_HOURS_MAX * HOUR_MS });
  const when = { afterMs, lateMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, late) };
  const kind = <Kind extends string>(name: Kind) => fc.constant(name);
  const by = fc.constantFrom('ann' as const, 'ann' as const, 'bob' as const);
  const place = fc.constantFrom(...PLACES);
  const moved = fc.constantFrom(...MOVED);
  const optionalRole = fc.constantFrom('reader' as const, 'writer' as const, undefined);
  const folderOrDrive = fc.constantFrom('folder' as const, 'drive' as const);
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: kind('share'), item, to, role, by, ...when }) },
    { weight: 4, arbitrary: fc.record({ kind: kind('revoke'), item, to, ...when }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('move'), item: moved, place, ...when }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('member'), who, role: optionalRole, ...when }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('create'), place: folderOrDrive, ...when }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('edit'), item, ...when }) },
    { weight: 4, arbitrary: fc.record({ kind: kind('run'), ...when }) },
  );
}

/** A company in the sandbox, in which histories are played. */
export class PlayedCompany {
  readonly #world: DriveWorld;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #people: { readonly ann: string; readonly bob: string };
  #created = 0;

  /** Sets the scene: among it two grants that stand before anybody looks. */
  constructor(world: DriveWorld) {
    const { google, domain, clock } = world;
    const ann = google.addUser(`ann@${domain}`);
    const bob = google.addUser(`bob@${domain}`);
    const members = { [ann]: 'organizer', [bob]: 'writer', [BEN]: 'reader' } as const;
    const drive = google.addSharedDrive({ name: 'drive', members });
    const folder = google.createFolder({ name: 'folder', owner: ann });
    const ids = new Map([
      ['drive', drive],
      ['folder', folder],
      ['file-a', google.createFile({ name: 'file-a', owner: ann })],
      ['file-b', google.createFile({ name: 'file-b', owner: bob })],
      ['inner', google.createFile({ name: 'inner', parent: folder })],
      ['drive-file', google.createFile({ name: 'drive-file', drive, by: ann })],
    ]);
    this.#world = world;
    this.#ids = ids;
    this.#people = { ann, bob };
    google.share(this.#id('file-a'), { to: BEN, by: ann });
    clock.advance(HOUR_MS);
  }

  play(deed: Deed): void {
    const { google, clock } = this.#world;
    const { ann } = this.#people;
    clock.advance(deed.afterMs);
    google.setLateAudit(deed.lateMs);
    switch (deed.kind) {
      case 'share':
        google.share(this.#id(deed.item), {
          ...recipientsOf(deed.to),
          role: deed.role,
          by: this.#people[deed.by],
        });
        return;
      case 'revoke':
        google.revoke(this.#id(deed.item), { ...recipientsOf(deed.to), by: ann });
        return;
      case 'move':
        google.move(this.#id(deed.item), this.#destination(deed.place), { by: ann });
        return;
      case 'member':
        if (deed.role === undefined) google.removeMember(this.#id('drive'), this.#by(deed.who));
        else google.setMember(this.#id('drive'), { ...this.#by(deed.who), role: deed.role });
        return;
      case 'create':
        this.#create(deed.place);
        return;
      case 'edit':
        google.edit(this.#id(deed.item), { by: ann });
        return;
      case 'run':
        return;
    }
  }

  #by(member: string) {
    return { member, by: this.#people.ann };
  }

  #create(place: 'folder' | 'drive'): void {
    this.#created += 1;
    const name = `new-${this.#created}`;
    const by = this.#people.ann;
    const where = place === 'drive' ? { drive: this.#id('drive') } : { parent: this.#id('folder') };
    this.#world.google.createFile({ name, by, ...where });
  }

  #destination(place: (typeof PLACES)[number]) {
    if (place === 'folder') return { folder: this.#id('folder') };
    return place === 'drive' ? { drive: this.#id('drive') } : { owner: this.#people.ann };
  }

  #id(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`there is no ${name}`);
    return id;
  }
}

function recipientsOf(to: readonly string[]) {
  const people = to.filter((key) => key !== ANYONE);
  return { to: people, ...(people.length < to.length && { anyone: true as const }) };
}

/** A rule that a model leaves out, to show that histories tell it from the right one. */
export type LeftOut = 'revocations' | 'old roles' | 'folders' | 'baseline';

/**
 * What there is to be found, told without anything of the product: who has what, given to himself,
 * and what of it is new.
 */
export class Model {
  readonly #has = new Set<string>();
  #seen: ReadonlySet<string>;
  readonly #leavesOut: LeftOut | undefined;
  /** each giving as `ITEM GRANTEE by ACTOR`: what an audit log tells */
  readonly given: string[] = [];
  /** each grant that one look shows and the look before did not, as `ITEM GRANTEE` */
  readonly noticed: string[] = [];

  constructor(leavesOut?: LeftOut) {
    this.#leavesOut = leavesOut;
    if (leavesOut !== 'baseline') this.#has.add(`file-a ${BEN}`).add(`drive ${BEN}`);
    this.#seen = new Set(this.#has);
  }

  play(deed: Deed): void {
    if (deed.kind === 'share') for (const whom of deed.to) this.#give(deed.item, whom, deed.by);
    if (deed.kind === 'revoke') for (const whom of deed.to) this.#take(deed.item, whom);
    if (deed.kind !== 'member') return;
    if (deed.role === undefined) this.#take('drive', deed.who);
    else this.#give('drive', deed.who, 'ann');
  }

  look(): void {
    for (const grant of this.#has) if (!this.#seen.has(grant)) this.noticed.push(grant);
    this.#seen = new Set(this.#has);
  }

  #give(item: string, whom: string, by: string): void {
    const grant = `${item} ${whom}`;
    if (this.#has.has(grant) && this.#leavesOut !== 'old roles') return;
    this.#has.add(grant);
    this.given.push(`${grant} by ${by}`);
    if (item === 'folder' && this.#leavesOut === 'folders') this.#give('inner', whom, by);
  }

  #take(item: string, whom: string): void {
    if (this.#leavesOut !== 'revocations') this.#has.delete(`${item} ${whom}`);
  }
}
