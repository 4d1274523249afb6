import fc from 'fast-check';
import type { DriveWorld } from './drive-world.ts';

const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
const ANYONE = 'anyone';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const LATE_HOURS_MAX = 5;
const STEPS_MAX = 14;

/** The items before a history begins; `drive` is the shared drive itself. */
const ITEMS = ['file-a', 'file-b', 'folder', 'inner', 'drive-file'] as const;
const MOVED = ['file-a', 'file-b', 'inner', 'drive-file'] as const;
const PLACES = ['folder', 'top', 'drive'] as const;
type ItemName = (typeof ITEMS)[number];

/**
 * What a person does, more than a minute (the length of a share action) after the previous step; the
 * audit log shows it `lateMs` later.
 */
export type Step = { readonly afterMs: number; readonly lateMs: number } & (
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
  readonly steps: readonly Step[];
  /** each detector reads after each step, or only at `run` steps */
  readonly runs: 'after-each' | 'in-steps';
  /** which children of a shared folder appear in the change log; Google does not document it */
  readonly childEntries: 'none' | 'some' | 'all';
  readonly pageSizeMax: number;
}

export const histories: fc.Arbitrary<History> = fc.record({
  steps: fc.array(anyStep(), { minLength: 1, maxLength: STEPS_MAX }),
  runs: fc.constantFrom('after-each', 'in-steps', 'in-steps'),
  childEntries: fc.constantFrom('none', 'some', 'all'),
  pageSizeMax: fc.integer({ min: 2, max: 9 }),
});

function anyStep(): fc.Arbitrary<Step> {
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

/** A company in the sandbox in which histories are played. */
export class PlayedCompany {
  readonly #world: DriveWorld;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #people: { readonly ann: string; readonly bob: string };
  #created = 0;

  /** Creates the items, with two external grants before the first reading. */
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

  play(step: Step): void {
    const { google, clock } = this.#world;
    const { ann } = this.#people;
    clock.advance(step.afterMs);
    google.setLateAudit(step.lateMs);
    switch (step.kind) {
      case 'share':
        google.share(this.#id(step.item), {
          ...recipientsOf(step.to),
          role: step.role,
          by: this.#people[step.by],
        });
        return;
      case 'revoke':
        google.revoke(this.#id(step.item), { ...recipientsOf(step.to), by: ann });
        return;
      case 'move':
        google.move(this.#id(step.item), this.#destination(step.place), { by: ann });
        return;
      case 'member':
        if (step.role === undefined) google.removeMember(this.#id('drive'), this.#by(step.who));
        else google.setMember(this.#id('drive'), { ...this.#by(step.who), role: step.role });
        return;
      case 'create':
        this.#create(step.place);
        return;
      case 'edit':
        google.edit(this.#id(step.item), { by: ann });
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
    if (id === undefined) throw new Error(`no item ${name}`);
    return id;
  }
}

function recipientsOf(to: readonly string[]) {
  const people = to.filter((key) => key !== ANYONE);
  return { to: people, ...(people.length < to.length && { anyone: true as const }) };
}

/** A rule that a wrong model omits, to show that the histories detect it. */
export type OmittedRule = 'revocations' | 'old roles' | 'folders' | 'baseline';

/**
 * A model of the grants to find that uses none of the product's code: who has direct access to what,
 * and which of it is new.
 */
export class Model {
  readonly #has = new Set<string>();
  #seen: ReadonlySet<string>;
  readonly #omits: OmittedRule | undefined;
  /** each grant as `ITEM GRANTEE by ACTOR`, as an audit log contains it */
  readonly granted: string[] = [];
  /** each grant that is visible at one observation and not at the previous one, as `ITEM GRANTEE` */
  readonly noticed: string[] = [];

  constructor(omits?: OmittedRule) {
    this.#omits = omits;
    if (omits !== 'baseline') this.#has.add(`file-a ${BEN}`).add(`drive ${BEN}`);
    this.#seen = new Set(this.#has);
  }

  play(step: Step): void {
    if (step.kind === 'share')
      for (const grantee of step.to) this.#grant(step.item, grantee, step.by);
    if (step.kind === 'revoke') for (const grantee of step.to) this.#revoke(step.item, grantee);
    if (step.kind !== 'member') return;
    if (step.role === undefined) this.#revoke('drive', step.who);
    else this.#grant('drive', step.who, 'ann');
  }

  observe(): void {
    for (const grant of this.#has) if (!this.#seen.has(grant)) this.noticed.push(grant);
    this.#seen = new Set(this.#has);
  }

  #grant(item: string, grantee: string, by: string): void {
    const grant = `${item} ${grantee}`;
    if (this.#has.has(grant) && this.#omits !== 'old roles') return;
    this.#has.add(grant);
    this.granted.push(`${grant} by ${by}`);
    if (item === 'folder' && this.#omits === 'folders') this.#grant('inner', grantee, by);
  }

  #revoke(item: string, grantee: string): void {
    if (this.#omits !== 'revocations') this.#has.delete(`${item} ${grantee}`);
  }
}
