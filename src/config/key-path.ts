/** The path to a value: keys of mappings and indexes of lists. */
export type KeyPath = readonly PropertyKey[];

/** For people: `googleDrive.sharedDrives[0].id`. */
export function formatPath(path: KeyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text;
}

/** For maps: different paths have different texts, whatever their keys contain. */
export function pathId(path: KeyPath): string {
  return JSON.stringify(path.map((step) => (typeof step === 'symbol' ? String(step) : step)));
}

/** The value at `path`, or undefined. Inherited properties do not count. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
