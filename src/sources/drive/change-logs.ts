import type { Scope } from './scope.ts';
import { CHANGE_LOG_STREAM_PREFIX, driveOwner, userOwner } from './stream-names.ts';

/** The change log of a user or a shared drive. */
export type ChangeLog = {
  /** the stream of its cursor */
  readonly stream: string;
  /** as the grant table stores it */
  readonly owner: string;
  /** for messages */
  readonly title: string;
} & (
  | { readonly kind: 'user'; readonly email: string; readonly addresses: readonly string[] }
  | {
      readonly kind: 'drive';
      readonly driveId: string;
      readonly driveName: string | undefined;
      readonly createdAt: number | undefined;
    }
);

/** Users first, then shared drives, each in order. */
export function* changeLogsOf({ users, drives }: Scope): Generator<ChangeLog> {
  for (const { id, email, addresses } of users.readable()) {
    yield { kind: 'user', email, addresses, title: email, ...keysOf(userOwner(id)) };
  }
  for (const { id, name, createdTime } of drives) {
    yield {
      kind: 'drive',
      driveId: id,
      driveName: name,
      createdAt: createdTime,
      title: `shared drive ${name || id}`,
      ...keysOf(driveOwner(id)),
    };
  }
}

function keysOf(owner: string): Pick<ChangeLog, 'stream' | 'owner'> {
  return { owner, stream: `${CHANGE_LOG_STREAM_PREFIX}${owner}` };
}
