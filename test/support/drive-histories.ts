import fc from 'fast-check';
import { ANN, BOB, DOMAIN, DRIVE } from './drive-company.ts';
import type { DriveRig } from './drive-rig.ts';

export const ADA = 'ada@globex.example';
export const BEN = 'ben@initech.example';
const AUDIENCE = 'domain:x1.audience.googledomains.com';

/**
 * One thing that somebody does, `afterMs` after the one before; the audit log tells of it `lateMs`
 * later.
 */
export type Step = { readonly afterMs: number; readonly lateMs: number } & (
  | Access
  | { readonly kind: 'create' | 'run' }
  | { readonly kind: 'edit'; readonly item: string }
  | { readonly kind: 'transfer'; readonly item: string; readonly to: string }
);

type Access =
  | {
      readonly kind: 'give';
      readonly item: string;
      readonly keys: readonly string[];
      readonly by: string;
      readonly role: string;
    }
  | {
      readonly kind: 'take';
      readonly item: string;
      readonly keys: readonly string[];
      readonly by: string;
    }
  | {
      readonly kind: 'member';
      readonly email: string;
      readonly role: string | undefined;
      readonly by: string;
    };

/** Items that stand when a history begins: two of users, one in a folder, one on a shared drive. */
const ITEMS = ['file-a', 'file-b', 'folder', 'in-folder', 'drive-file'];
const OUTSIDERS = [ADA, BEN, 'anyone'];

export function prepare({ company, clock }: DriveRig): void {
  company.create('file-a', { owner: ANN });
  company.create('file-b', { owner: BOB });
  company.create('folder', { owner: ANN });
  company.create('in-folder', { owner: ANN, folder: 'folder' });
  company.create('drive-file', { driveId: DRIVE.id });
  company.give('file-a', [BEN], ANN);
  company.setMember(BEN, 'reader', ANN);
  clock.advance(3_600_000);
}

export interface Histories {
  readonly afterMs: fc.Arbitrary<number>;
  /** default: told at once */
  readonly lateMs?: fc.Arbitrary<number>;
  /** default: all of them; fewer meet more often */
  readonly items?: readonly string[];
}

export function historiesOf(options: Histories): fc.Arbitrary<Step[]> {
  const { afterMs, lateMs = fc.constant(0), items = ITEMS } = options;
  const item = fc.constantFrom(...items);
  const by = fc.constantFrom(ANN, ANN, BOB);
  const keys = fc.uniqueArray(fc.constantFrom(...OUTSIDERS, BOB, AUDIENCE), {
    minLength: 1,
    maxLength: 3,
  });
  const role = fc.constantFrom('reader', 'writer');
  const when = { afterMs, lateMs };
  const step = (weight: number, fields: { [key: string]: fc.Arbitrary<unknown> }) => ({
    weight,
    arbitrary: fc.record({ ...fields, ...when }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>,
  });
  const email = fc.constantFrom(ADA, BEN);
  const roleOrNone = fc.constantFrom('reader', 'writer', undefined);
  return fc.array(
    fc.oneof(
      step(6, { kind: fc.constant('give'), item, keys, by, role }),
      step(4, { kind: fc.constant('take'), item, keys, by }),
      step(2, { kind: fc.constant('member'), email, role: roleOrNone, by }),
      step(1, { kind: fc.constant('create') }),
      step(2, { kind: fc.constant('edit'), item }),
      step(1, {
        kind: fc.constant('transfer'),
        item: fc.constantFrom('file-a', 'file-b'),
        to: by,
      }),
      step(5, { kind: fc.constant('run') }),
    ),
    { maxLength: 25 },
  );
}

/**
 * Who was given what, told by no code of the product: a table of who has access, and a line whenever
 * somebody outside gets it who did not have it.
 */
export class NaiveDrive {
  readonly #has = new Map<string, { readonly actor: string; at: number }>([
    [`file-a ${BEN}`, { actor: ANN, at: 0 }],
    [`${DRIVE.id} ${BEN}`, { actor: ANN, at: 0 }],
  ]);
  /** each giving: item, grantee, who and when (epoch milliseconds) */
  readonly given: { item: string; grantee: string; actor: string; at: number }[] = [];

  apply(step: Step, at: number): void {
    if (step.kind === 'give') {
      for (const key of step.keys) this.#give(step.item, key, step.by, at);
    }
    if (step.kind === 'take') {
      for (const key of step.keys) this.#has.delete(`${step.item} ${key}`);
    }
    if (step.kind === 'member') {
      const { email, role, by } = step;
      if (role === undefined) this.#has.delete(`${DRIVE.id} ${email}`);
      else this.#give(DRIVE.id, email, by, at);
    }
  }

  /** `ITEM GRANTEE` for each giving, sorted. */
  get grants(): string[] {
    return this.given.map(({ item, grantee }) => `${item} ${grantee}`).sort();
  }

  /** The same, where what one person gives one grantee within a minute of the act's first is once. */
  get grantsOfActs(): string[] {
    const acts = new Map<string, { from: number; whom: Set<string> }[]>();
    for (const { item, grantee, actor, at } of this.given) {
      const own = acts.get(`${item} ${actor}`) ?? [];
      acts.set(`${item} ${actor}`, own);
      const last = own.at(-1);
      if (last !== undefined && at - last.from <= 60_000) last.whom.add(`${item} ${grantee}`);
      else own.push({ from: at, whom: new Set([`${item} ${grantee}`]) });
    }
    return [...acts.values()]
      .flat()
      .flatMap(({ whom }) => [...whom])
      .sort();
  }

  #give(item: string, grantee: string, actor: string, at: number): void {
    const key = `${item} ${grantee}`;
    if (this.#has.has(key)) return;
    this.#has.set(key, { actor, at });
    const isInside = grantee.endsWith(`@${DOMAIN}`) || grantee === AUDIENCE;
    if (!isInside) this.given.push({ item, grantee, actor, at });
  }
}

let created = 0;

/** Does a step in the rig's company; a run is left to the caller. */
export function act({ company, clock }: DriveRig, step: Step): void {
  clock.advance(step.afterMs);
  company.conditions.auditDelayMs = step.lateMs;
  switch (step.kind) {
    case 'give':
      company.give(step.item, step.keys, step.by, step.role);
      return;
    case 'take':
      company.take(step.item, step.keys, step.by);
      return;
    case 'member':
      company.setMember(step.email, step.role, step.by);
      return;
    case 'create':
      created += 1;
      company.create(`new-${created}`, { driveId: DRIVE.id });
      return;
    case 'edit':
      company.edit(step.item);
      return;
    case 'transfer':
      company.transfer(step.item, step.to);
      return;
    case 'run':
      return;
  }
}
