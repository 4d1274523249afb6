import { setImmediate as endOfTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/sources/drive/audit-entry.ts';
import { ItemDetailsReader } from '../../src/sources/drive/item-details.ts';
import type { Scope } from '../../src/sources/drive/scope.ts';
import type { GoogleClient, RequestedFile } from '../../src/vendors/google/google-client.ts';
import type { File } from '../../src/vendors/google/rows.ts';

const ANNA = 'anna@acme.com';

/** IDs of the files, in the order in which they were requested */
let alone: string[];
let together: string[][];
let failure: Error | undefined;
beforeEach(() => {
  alone = [];
  together = [];
  failure = undefined;
});

function createReader(): ItemDetailsReader {
  const client: Partial<GoogleClient> = {
    async getFile(_subject, fileId) {
      alone.push(fileId);
      return fileOf(fileId);
    },
    async getFilesTogether(requested: readonly RequestedFile[]) {
      together.push(requested.map(({ fileId }) => fileId));
      await endOfTurn();
      if (failure !== undefined) throw failure;
      return new Map(requested.map(({ fileId }) => [fileId, fileOf(fileId)]));
    },
  };
  const scope = {
    users: { userAt: () => ({ email: ANNA, isActive: true }) },
    readersOf: async () => {
      throw new Error('no one reads this drive');
    },
  } as unknown as Scope;
  return new ItemDetailsReader({
    client: client as GoogleClient,
    scope,
    now: 0,
    config: { users: 'all' } as ConstructorParameters<typeof ItemDetailsReader>[0]['config'],
    onFailure: (what, error) => {
      throw new Error(`${what} failed`, { cause: error });
    },
  });
}

function fileOf(id: string): File {
  return { id, name: `File ${id}`, owners: [], permissions: [], parents: [] } as unknown as File;
}

function entryOf(itemId: string, place: AuditEntry['place'] = { owner: ANNA }): AuditEntry {
  return { key: itemId, at: 1, actor: ANNA, itemId, item: 'file', title: '', place } as AuditEntry;
}

async function titles(reader: ItemDetailsReader, ids: readonly string[]) {
  const items = await reader.read(ids.map((id) => entryOf(id)));
  return ids.map((id) => items.get(id)?.facts.title);
}

describe('files that are read ahead', () => {
  test('are requested at once, and not again', async () => {
    const reader = createReader();
    await titles(reader, ['a']);
    reader.readAhead([entryOf('b'), entryOf('c')]);
    await endOfTurn();
    await endOfTurn();
    expect(together).toEqual([['a'], ['b', 'c']]);
    expect(await titles(reader, ['b', 'c', 'd'])).toEqual(['File b', 'File c', 'File d']);
    expect([together.slice(2), alone]).toEqual([[['d']], []]);
  });

  test('are waited for, so that none is requested twice', async () => {
    const reader = createReader();
    reader.readAhead([entryOf('b')]);
    expect(await titles(reader, ['b'])).toEqual(['File b']);
    expect([together.flat(), alone]).toEqual([['b'], []]);
  });

  test('are requested again if that failed, and only then is a failure reported', async () => {
    const reader = createReader();
    failure = new Error('stopped');
    reader.readAhead([entryOf('b')]);
    await endOfTurn();
    await endOfTurn();
    failure = undefined;
    expect(await titles(reader, ['b'])).toEqual(['File b']);
  });

  test('do not include those of a shared drive that no one can read', async () => {
    const reader = createReader();
    reader.readAhead([entryOf('x', { driveId: 'deals' }), entryOf('b')]);
    await endOfTurn();
    await endOfTurn();
    expect(together).toEqual([['b']]);
  });
});
