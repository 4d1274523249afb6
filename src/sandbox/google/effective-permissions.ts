import type { Directory } from './directory.ts';
import { domainOf, type Grant, isAtLeast, type Role } from './grantees.ts';
import type { Item, Items, SharedDrive } from './items.ts';

/** The origin of a permission: the item itself, or a folder or drive above it. */
export interface PermissionDetail {
  readonly permissionType: 'file' | 'member';
  readonly role: Role;
  readonly inherited: boolean;
  readonly inheritedFrom?: string;
}

/** One grantee's access to an item, and its origins. */
export interface EffectivePermission {
  readonly id: string;
  /** the grant with the highest role */
  readonly grant: Grant;
  readonly details: readonly PermissionDetail[];
}

/** Computes who currently has which access to an item. */
export class EffectivePermissions {
  readonly #items: Items;
  readonly #directory: Directory;

  constructor(items: Items, directory: Directory) {
    this.#items = items;
    this.#directory = directory;
  }

  of(item: Item): readonly EffectivePermission[] {
    const merged = new Map<string, EffectivePermission>();
    const file = 'file' as const;
    const own = { permissionType: file, inherited: false };
    for (const grant of ownGrants(item)) this.#merge(merged, grant, own);
    let folder = this.#items.parentOf(item);
    for (; folder; folder = this.#items.parentOf(folder)) {
      const from = { permissionType: file, inherited: true, inheritedFrom: folder.id };
      // The owner of a folder can edit what others put into it, but does not own it.
      for (const grant of ownGrants(folder))
        this.#merge(merged, grant.role === 'owner' ? { ...grant, role: 'writer' } : grant, from);
    }
    const drive = item.driveId === undefined ? undefined : this.#items.drive(item.driveId);
    for (const grant of drive?.members.values() ?? []) {
      const inheritedFrom = item.driveId ?? '';
      this.#merge(merged, grant, { permissionType: 'member', inherited: true, inheritedFrom });
    }
    return [...merged.values()];
  }

  ofDrive(drive: SharedDrive): readonly EffectivePermission[] {
    const merged = new Map<string, EffectivePermission>();
    for (const grant of drive.members.values())
      this.#merge(merged, grant, { permissionType: 'member', inherited: false });
    return [...merged.values()];
  }

  /** The highest role of a person, including link and domain grants. */
  roleOf(email: string, permissions: readonly EffectivePermission[]): Role | undefined {
    let highest: Role | undefined;
    for (const { grant } of permissions)
      if (this.#reaches(grant, email) && isAtLeast(grant.role, highest ?? 'reader'))
        highest = grant.role;
    return highest;
  }

  /** The company's users whose file list has this item: by their own grant or a group's. */
  audience(permissions: readonly EffectivePermission[]): ReadonlySet<string> {
    const emails = permissions.flatMap(({ grant: { grantee } }) => {
      if (grantee.type === 'user') return [grantee.email];
      return grantee.type === 'group' ? this.#directory.membersOf(grantee.email) : [];
    });
    return new Set(emails.filter((email) => this.#directory.find(email) !== undefined));
  }

  #reaches({ grantee }: Grant, email: string): boolean {
    switch (grantee.type) {
      case 'anyone':
        return true;
      case 'domain':
        return grantee.domain === domainOf(email);
      case 'group':
        return this.#directory.membersOf(grantee.email).includes(email);
      case 'user':
        return grantee.email === email;
    }
  }

  #merge(
    merged: Map<string, EffectivePermission>,
    grant: Grant,
    from: Omit<PermissionDetail, 'role'>,
  ): void {
    const id = this.#directory.permissionIdOf(grant.grantee);
    const known = merged.get(id);
    const details = [...(known?.details ?? []), { ...from, role: grant.role }];
    const isHigher = !known || !isAtLeast(known.grant.role, grant.role);
    merged.set(id, { id, grant: isHigher ? grant : known.grant, details });
  }
}

function ownGrants(item: Item): readonly Grant[] {
  if (item.owner === undefined) return [...item.grants.values()];
  const owner: Grant = { grantee: { type: 'user', email: item.owner }, role: 'owner' };
  return [owner, ...item.grants.values()];
}
