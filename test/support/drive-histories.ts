import fc from 'fast-check';
import { ANN, BOB, DOMAIN, DRIVE } from './drive-company.ts';
import type { DriveRig } from './drive-rig.ts';

export const ADA = 'ada@globex.example';
export const BEN = 'ben@initech.example';
const AUDIENCE = 'domain:x1.audience.googledomains.com';

/** What a person does, `afterMs` after the previous step; the audit log shows it `lateMs` later. */
export type Step = { readonly afterMs: number; readonly lateMs: number } & (
  | Access
  | { readonly kind: 'create' | 'run' }
  | { readonly kind: 'edit'; readonly item: string }
  | { readonly kind: 'transfer'; readonly item: string; readonly to: string }
);

type Access =
  | {
      readonly kind: 'grant';
      readonly item: string;
      readonly keys: readonly string[];
      readonly by: string;
      readonly role: string;
    }
  | {
      readonly kind: 'revoke';
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

/** The items before a history begins: two users' files, a folder with a file, one on a shared drive. */
const ITEMS = ['file-a', 'file-b', 'folder', 'in-folder', 'drive-file'];
const EXTERNAL_GRANTEES = [ADA, BEN, 'anyone'];

export function prepare({ company, clock }: DriveRig): void {
  company.create('file-a', { owner: ANN });
  company.create('file-b', { owner: BOB });
  company.create('folder', { owner: ANN });
  company.create('in-folder', { owner: ANN, folder: 'folder' });
  company.create('drive-file', { driveId: DRIVE.id });
  company.grant('file-a', [BEN], ANN);
  company.setMember(BEN, 'reader', ANN);
  clock.advance(3_600_000);
}

export interface Histories {
  readonly afterMs: fc.Arbitrary<number>;
  /** default: no delay */
  readonly lateMs?: fc.Arbitrary<number>;
  /** default: all of them; with fewer, steps concern the same item more often */
  readonly items?: readonly string[];
}

export function historiesOf(options: Histories): fc.Arbitrary<Step[]> {
  const { afterMs, lateMs = fc.constant(0), items = ITEMS } = options;
  const item = fc.constantFrom(...items);
  const by = fc.constantFrom(ANN, ANN, BOB);
  const keys = fc.uniqueArray(fc.constantFrom(...EXTERNAL_GRANTEES, BOB, AUDIENCE), {
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
      step(6, { kind: fc.constant('grant'), item, keys, by, role }),
      step(4, { kind: fc.constant('revoke'), item, keys, by }),
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
 * A model of the grants that uses none of the product's code: a table of who has access, and a list of
 * external grantees who got access that they did not have.
 */
export class NaiveDrive {
  readonly #has = new Map<string, { readonly actor: string; at: number }>([
    [`file-a ${BEN}`, { actor: ANN, at: 0 }],
    [`${DRIVE.id} ${BEN}`, { actor: ANN, at: 0 }],
  ]);
  /** each grant: item, grantee, actor and time (epoch milliseconds) */
  readonly granted: { item: string; grantee: string; actor: string; at: number }[] = [];

  apply(step: Step, at: number): void {
    if (step.kind === 'grant') {
      for (const key of step.keys) this.#grant(step.item, key, step.by, at);
    }
    if (step.kind === 'revoke') {
      for (const key of step.keys) this.#has.delete(`${step.item} ${key}`);
    }
    if (step.kind === 'member') {
      const { email, role, by } = step;
      if (role === undefined) this.#has.delete(`${DRIVE.id} ${email}`);
      else this.#grant(DRIVE.id, email, by, at);
    }
  }

  /** `ITEM GRANTEE` for each grant, sorted. */
  get grants(): string[] {
    return this.granted.map(({ item, grantee }) => `${item} ${grantee}`).sort();
  }

  /** The same, but a repeated grant within one share action counts once. */
  get grantsOfActions(): string[] {
    const actions = new Map<string, { from: number; grants: Set<string> }[]>();
    for (const { item, grantee, actor, at } of this.granted) {
      const own = actions.get(`${item} ${actor}`) ?? [];
      actions.set(`${item} ${actor}`, own);
      const last = own.at(-1);
      if (last !== undefined && at - last.from <= 60_000) last.grants.add(`${item} ${grantee}`);
      else own.push({ from: at, grants: new Set([`${item} ${grantee}`]) });
    }
    return [...actions.values()]
      .flat()
      .flatMap(({ grants }) => [...grants])
      .sort();
  }

  #grant(item: string, grantee: string, actor: string, at: number): void {
    const key = `${item} ${grantee}`;
    if (this.#has.has(key)) return;
    this.#has.set(key, { actor, at });
    const isInternal = grantee.endsWith(`@${DOMAIN}`) || grantee === AUDIENCE;
    if (!isInternal) this.granted.push({ item, grantee, actor, at });
  }
}

let created = 0;

/** Plays a step in the rig's company, except a run, which is up to the caller. */
export function playStep({ company, clock }: DriveRig, step: Step): void {
  clock.advance(step.afterMs);
  company.conditions.auditDelayMs = step.lateMs;
  switch (step.kind) {
    case 'grant':
      company.grant(step.item, step.keys, step.by, step.role);
      return;
    case 'revoke':
      company.revoke(step.item, step.keys, step.by);
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
