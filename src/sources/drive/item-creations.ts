import type { GoogleClient } from '../../vendors/google/google-client.ts';
import { type AuditEntry, CREATION_EVENT_NAMES, createdItemsOf } from './audit-entry.ts';
import { earliestQueryable } from './audit-window.ts';
import type { ItemDetails } from './item-details.ts';
import { DRIVE_LIMITS } from './limits.ts';

/**
 * Google logs the creation of an item on a shared drive as a grant to each member. Such grants are
 * recognized by the item's creation: Drive has its date, but uploaders can write any other one, so
 * the audit log's own entry counts too. It is queried only for grants to members, as far back as
 * Google keeps it. `readUntil`: epoch milliseconds, where the reading of the audit log ended.
 */
export async function findCreations(
  { client, readUntil }: { readonly client: GoogleClient; readonly readUntil: number },
  entries: readonly AuditEntry[],
  items: ReadonlyMap<string, ItemDetails>,
): Promise<(entry: AuditEntry) => boolean> {
  const toMembers = entries.filter(({ itemId, grant }) =>
    items.get(itemId)?.driveMembers.has(grant.key),
  );
  const isDated = (entry: AuditEntry) => isNear(entry.at, items.get(entry.itemId)?.createdAt);
  const created = new Map<string, number[]>();
  const undated = toMembers.filter((entry) => !isDated(entry));
  for (const { startTime, endTime } of windowsAround(undated)) {
    // Google rejects a start that is too old, and an end in the future of its clock.
    const oldest = earliestQueryable(client.now());
    const window = {
      startTime: Math.max(startTime, oldest),
      endTime: Math.min(endTime, readUntil),
    };
    if (window.startTime >= window.endTime) continue;
    for await (const { itemId, at } of creationsIn(client, window)) {
      if (items.has(itemId)) created.set(itemId, [...(created.get(itemId) ?? []), at]);
    }
  }
  const ofCreation = new Set(
    toMembers.filter(
      (entry) => isDated(entry) || created.get(entry.itemId)?.some((at) => isNear(entry.at, at)),
    ),
  );
  return (entry) => ofCreation.has(entry);
}

interface Window {
  readonly startTime: number;
  readonly endTime: number;
}

/** Uploads of many files are close together: their windows are one. */
function windowsAround(entries: readonly AuditEntry[]): Window[] {
  const windows: Window[] = [];
  for (const { at } of entries.toSorted((one, other) => one.at - other.at)) {
    const startTime = at - DRIVE_LIMITS.changeLagMs;
    // The end is exclusive.
    const endTime = at + DRIVE_LIMITS.changeLagMs + 1;
    const last = windows.at(-1);
    if (last === undefined || startTime - last.endTime > DRIVE_LIMITS.creationGapMsMax) {
      windows.push({ startTime, endTime });
    } else {
      windows[windows.length - 1] = { ...last, endTime };
    }
  }
  return windows;
}

async function* creationsIn(
  client: GoogleClient,
  window: Window,
): AsyncGenerator<{ readonly itemId: string; readonly at: number }> {
  for (const eventName of CREATION_EVENT_NAMES) {
    for await (const { rows } of client.listActivities({ eventName, ...window })) {
      for (const activity of rows) {
        for (const itemId of createdItemsOf(activity)) yield { itemId, at: activity.time };
      }
    }
  }
}

function isNear(at: number, creation: number | undefined): boolean {
  return creation !== undefined && Math.abs(at - creation) <= DRIVE_LIMITS.changeLagMs;
}
