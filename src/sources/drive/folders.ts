import { itemOfFolder, type Looking, type SeenItem } from './item-states.ts';

/** Drive guide: folders nest up to a hundred levels deep. */
const LEVELS_MAX = 100;

/**
 * The items, and before them the folders that some may have their grants from, the highest first:
 * where Google does not say what is inherited, a folder has to be on record before what is in it.
 * `isWanted`: whether it matters for the item.
 */
export async function withFolders(
  looking: Looking,
  items: readonly SeenItem[],
  isWanted: (item: SeenItem) => boolean,
): Promise<readonly SeenItem[]> {
  const present = new Set(items.map(({ facts }) => facts.itemId));
  let found = items;
  let lower = items.filter(isWanted);
  for (let level = 0; level < LEVELS_MAX && lower.length > 0; level += 1) {
    const missing = new Map<string, SeenItem>();
    for (const item of lower) {
      for (const parent of parentsOf(item)) if (!present.has(parent)) missing.set(parent, item);
    }
    lower = [];
    for (const [parent, { at }] of missing) {
      present.add(parent);
      const folder = await itemOfFolder(looking, parent, at);
      if (folder !== undefined) lower.push(folder);
    }
    found = [...lower, ...found];
  }
  return parentsFirst(found);
}

/** Each item after the folders that it is in, as far as they are there; else in the given order. */
function parentsFirst(items: readonly SeenItem[]): SeenItem[] {
  const byId = new Map(items.map((item) => [item.facts.itemId, item]));
  const ordered = new Set<SeenItem>();
  const path = new Set<SeenItem>();
  const add = (item: SeenItem): void => {
    if (ordered.has(item) || path.has(item)) return;
    path.add(item);
    for (const parent of parentsOf(item)) {
      const folder = byId.get(parent);
      if (folder !== undefined) add(folder);
    }
    path.delete(item);
    ordered.add(item);
  };
  for (const item of items) add(item);
  return [...ordered];
}

/** The folders that may be where its grants are from. */
export function parentsOf({ unclear, parents = [] }: SeenItem): readonly string[] {
  return unclear === undefined ? [] : parents;
}
