import type { MethodName } from '../../src/sandbox/google/call-counts.ts';
import type { Workspace } from '../../src/sandbox/google/workspace.ts';

const METHODS: readonly MethodName[] = [
  'activities.list',
  'changes.list',
  'files.get',
  'files.list',
  'permissions.list',
  'users.list',
];
const ADDRESS = /[\w.+-]+@[\w.-]+/g;

/** From now on, the sandbox returns each address of a row as `change` makes it. */
export function changeAddresses({ state }: Workspace, change: (address: string) => string): void {
  for (const method of METHODS) {
    state.rowChanges.set(method, (row) =>
      JSON.parse(JSON.stringify(row).replace(ADDRESS, (address) => change(address))),
    );
  }
}

/** `ines.marlow@client.example` becomes `Ines.Marlow@Client.Example`. */
export function capitalized(address: string): string {
  return address.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
