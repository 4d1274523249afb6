type Resource = Readonly<Record<string, unknown>>;

/** Changes a row before it is sent, to one that the reference does not describe. */
export type RowChange = (row: Resource) => unknown;

/** The lists of all methods. */
const LISTS = ['items', 'changes', 'files', 'users', 'domains', 'drives', 'permissions'] as const;

/** A list's rows, or a single resource, after the change. */
export function changeRows(response: Resource, change: RowChange | undefined): object {
  if (change === undefined) return response;
  const lists = LISTS.flatMap((name) => {
    const rows = response[name];
    return Array.isArray(rows) ? [[name, rows.map((row: Resource) => change(row))] as const] : [];
  });
  const isSingle = 'mimeType' in response;
  return isSingle ? Object(change(response)) : { ...response, ...Object.fromEntries(lists) };
}
