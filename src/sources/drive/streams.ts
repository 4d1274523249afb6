import type { Scope } from './scope.ts';

/** One change log: a user's, or a shared drive's. */
export type Stream = {
  /** whose cursor it is */
  readonly name: string;
  /** as grants name it: `user/EMAIL` or `drive/ID` */
  readonly owner: string;
  /** for a person */
  readonly title: string;
} & (
  | { readonly kind: 'user'; readonly email: string }
  | {
      readonly kind: 'drive';
      readonly driveId: string;
      readonly driveName: string | undefined;
      readonly createdAt: number | undefined;
    }
);

const PREFIX = 'drive/changes';

/** Users first, then drives, each in order. */
export function streamsOf({ users, drives }: Scope): Stream[] {
  return [
    ...users.map(
      (email): Stream => ({ kind: 'user', email, title: email, ...named(`user/${email}`) }),
    ),
    ...drives.map(
      ({ id, name, createdTime }): Stream => ({
        kind: 'drive',
        driveId: id,
        driveName: name,
        createdAt: createdTime,
        title: `shared drive ${name || id}`,
        ...named(`drive/${id}`),
      }),
    ),
  ];
}

function named(owner: string): Pick<Stream, 'name' | 'owner'> {
  return { owner, name: `${PREFIX}/${owner}` };
}
