import { beforeEach, expect, test } from 'vitest';
import { FilesOnce } from '../../src/sources/drive/files-once.ts';
import { DRIVE_LIMITS } from '../../src/sources/drive/limits.ts';
import type { RequestedFile } from '../../src/vendors/google/google-client.ts';
import type { File } from '../../src/vendors/google/rows.ts';

const ANNA = 'anna@acme.com';
const BEN = 'ben@acme.com';

/** in the order in which they were requested */
let alone: string[];
let together: string[];
beforeEach(() => {
  alone = [];
  together = [];
});

const client = {
  async getFile(subject: string, fileId: string): Promise<File | undefined> {
    alone.push(`${subject} ${fileId}`);
    return fileId === 'gone' ? undefined : fileOf(fileId);
  },
  async getFilesTogether(requested: readonly RequestedFile[]) {
    together.push(...requested.map(({ fileId }) => fileId));
    const answered = requested.filter(({ fileId }) => fileId !== 'unanswered');
    return new Map(
      answered.map(({ fileId }) => [fileId, fileId === 'gone' ? undefined : fileOf(fileId)]),
    );
  },
};

function fileOf(id: string): File {
  return {
    id,
    name: id,
    mimeType: '',
    trashed: false,
    parents: [],
    ownedByMe: true,
    owners: [],
    shared: true,
    permissionIds: [],
  };
}

function filesOf(...fileIds: readonly string[]): RequestedFile[] {
  return fileIds.map((fileId) => ({ subject: ANNA, fileId }));
}

test('a file that was read with others is not read alone, even if it is gone', async () => {
  const files = new FilesOnce(client);
  await files.readTogether(filesOf('a', 'gone', 'unanswered'));
  expect((await files.get({ subject: ANNA, fileId: 'a' }))?.id).toBe('a');
  expect(await files.get({ subject: ANNA, fileId: 'gone' })).toBeUndefined();
  expect((await files.get({ subject: ANNA, fileId: 'unanswered' }))?.id).toBe('unanswered');
  expect(alone).toEqual([`${ANNA} unanswered`]);
});

test('a file of an earlier page is not read again, except by another account', async () => {
  const files = new FilesOnce(client);
  await files.get({ subject: ANNA, fileId: 'a' });
  await files.readTogether(filesOf('a', 'b'));
  await files.readTogether([{ subject: BEN, fileId: 'a' }]);
  expect(together).toEqual(['b', 'a']);
  await files.get({ subject: BEN, fileId: 'a' });
  expect(alone).toEqual([`${ANNA} a`]);
});

test('only the latest files are remembered', async () => {
  const files = new FilesOnce(client);
  const ids = Array.from({ length: DRIVE_LIMITS.filesKeptMax + 1 }, (_, index) => `f${index}`);
  await files.readTogether(filesOf(...ids));
  await files.get({ subject: ANNA, fileId: 'f1' });
  await files.get({ subject: ANNA, fileId: 'f0' });
  expect(alone).toEqual([`${ANNA} f0`]);
});
