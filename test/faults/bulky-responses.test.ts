import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type FileList, startBulkyGoogle } from '../support/bulky-google.ts';
import { startCliWorld } from '../support/cli-world.ts';

const USERS = 16;
const MEGABYTE = 1024 * 1024;
/** 300 MB for the published program. The sources need some 40 MB more: Node strips their types. */
const PEAK_MEGABYTES_MAX = 340;
const ME = 'owner@northwind.example';

interface Outcome {
  readonly peakMegabytes: number;
  readonly code: number | NodeJS.Signals;
  readonly errors: readonly string[];
  readonly fileLists: number;
}

/** One sync of a tenant with 16 users, in a process of its own. */
async function sync(list: FileList): Promise<Outcome> {
  await using google = await startBulkyGoogle(list);
  await using world = await startCliWorld({ googleDrive: true });
  const domain = world.sandbox.credentials.internalDomains[0] ?? '';
  const users = Array.from({ length: USERS }, (_, number) => `user${number}@${domain}`);
  const reads = { users, sharedDrives: 'none', detect: ['changes'] };
  world.configure({ googleDrive: { endpoint: google.origin, ...reads } });
  const { code, stdout, stderr } = await world.run('sync --no-push --json', {
    preloads: ['peak-memory.ts'],
  });
  const [run] = stdout === '' ? [] : JSON.parse(stdout).runs;
  return {
    code,
    peakMegabytes: Number(/peak megabytes: (\d+)/.exec(stderr)?.[1]),
    errors: (run?.errors ?? [{ message: stderr }]).map(
      ({ message }: { message: string }) => message,
    ),
    fileLists: google.fileLists(),
  };
}

/** A page of 1,000 files. */
function pageOf(file: (number: number) => object): Buffer {
  const files = Array.from({ length: 1_000 }, (_, number) => ({
    id: `file-${number}`,
    mimeType: 'text/plain',
    createdTime: '2020-01-01T00:00:00Z',
    ownedByMe: true,
    owners: [{ emailAddress: ME, displayName: 'Owner' }],
    shared: true,
    permissions: [],
    permissionIds: [],
    ...file(number),
  }));
  return Buffer.from(JSON.stringify({ files }));
}

const bomb = Buffer.concat(
  Array.from({ length: 40 }, () => gzipSync(Buffer.alloc(50 * MEGABYTE, ' '))),
);

const BULKY: [string, Buffer, Record<string, string>?][] = [
  ['pages of 20 MB', pageOf((file) => ({ name: `${file} ${'é'.repeat(10_000)}` }))],
  ['a gzip bomb', bomb, { 'content-encoding': 'gzip' }],
  ['five million levels', Buffer.from('{"a":'.repeat(5_000_000))],
];

test.each(BULKY)('a run stays small: %s', async (_what, body, headers = {}) => {
  const { peakMegabytes, code, errors } = await sync(() => ({ body, headers }));
  expect(peakMegabytes).toBeLessThan(PEAK_MEGABYTES_MAX);
  if (code === 0) expect(errors).toEqual([]);
  else expect(errors.join()).toMatch(/more than 24 MB|nested more than 100 levels deep/);
});
