import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chmodLine, isExposedSecret } from '../../src/lib/file-exposure.ts';
import { startCliWorld } from '../support/cli-world.ts';
import { ConfigFolder } from '../support/config-folder.ts';

const SERVICE_GROUP = 1_000;
const WARNING = 'other users can read or write';

describe('a database that other users can read or write', () => {
  test.each([
    ['the group', 0o640],
    ['everyone', 0o604],
    ['everyone, to write', 0o602],
  ])('%s: exit 2 with the chmod line, for every command that opens it', async (_, mode) => {
    await using world = await startCliWorld();
    world.deliver(2);
    await world.run('sync');
    chmodSync(world.databaseFile, mode);
    for (const words of ['sync', 'sync --dry-run', 'status', 'events', 'backup copy.db', 'start']) {
      const { code, stdout, stderr } = await world.run(words);
      expect({ code, stdout }, words).toEqual({ code: 2, stdout: '' });
      expect(stderr, words).toContain(`${WARNING} the database: ${world.databaseFile}`);
      expect(stderr, words).toContain(`Run: chmod 600 ${world.databaseFile}`);
    }
    chmodSync(world.databaseFile, 0o600);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
  });

  test('its write-ahead log and shared memory count, too', async () => {
    await using world = await startCliWorld();
    await world.run('sync');
    for (const suffix of ['-wal', '-shm']) {
      writeFileSync(world.databaseFile + suffix, '');
      chmodSync(world.databaseFile + suffix, 0o644);
    }
    const { code, stderr } = await world.run('sync');
    expect(code).toBe(2);
    const { databaseFile: file } = world;
    expect(stderr).toContain(`Run: chmod 600 ${file}-wal ${file}-shm`);
  });

  test('a volume of Kubernetes that belongs to the pod’s group (fsGroup) does not count', async () => {
    await using world = await startCliWorld();
    const data = join(world.folder, 'data');
    mkdirSync(data);
    const env = { SHARETRAIL_DATABASE: `sqlite:${join(data, 'x.db')}` };
    await world.run('sync', { env });
    chmodSync(data, 0o2770);
    chmodSync(join(data, 'x.db'), 0o660);
    expect(await world.run('sync', { env })).toMatchObject({ code: 0 });
    chmodSync(join(data, 'x.db'), 0o664);
    expect(await world.run('sync', { env })).toMatchObject({ code: 2 });
  });
});

describe('a file with secrets that other users can read', () => {
  test('a warning names it, with the chmod line, and the run continues', async () => {
    await using world = await startCliWorld();
    const files = ['.env', 'secrets/salesforce.pem'].map((name) => join(world.folder, name));
    writeFileSync(join(world.folder, '.env'), 'UNUSED=1\n');
    for (const file of files) chmodSync(file, 0o644);
    const { code, stderr } = await world.run('sync');
    expect(code).toBe(0);
    for (const file of files) {
      expect(stderr).toContain(`${WARNING} ${file}, which has secrets. Run: chmod 600 ${file}`);
    }
    for (const file of files) chmodSync(file, 0o600);
    expect((await world.run('sync')).stderr).not.toContain(WARNING);
  });

  test.each<[string, { mode: number; uid: number; gid: number }, boolean]>([
    ['its owner only', { mode: 0o400, uid: 1_000, gid: 1_000 }, false],
    ['its owner’s group', { mode: 0o640, uid: 1_000, gid: 1_000 }, true],
    ['everyone', { mode: 0o604, uid: 1_000, gid: 1_000 }, true],
    ['root, and the group that this process is in', { mode: 0o440, uid: 0, gid: 1_000 }, false],
    ['root, and another group', { mode: 0o440, uid: 0, gid: 4 }, true],
    ['root, the group of this process, and everyone', { mode: 0o444, uid: 0, gid: 1_000 }, true],
  ])('readable by %s', (_, file, exposed) => {
    const reader = { uid: 1_000, groups: [SERVICE_GROUP] };
    expect(isExposedSecret('/etc/passwd', file, reader)).toBe(exposed);
  });

  test('a mounted secret of Kubernetes, which only its container sees, does not count', () => {
    using folder = new ConfigFolder({});
    const data = folder.path('..2026_11_24_02_15_03.123456789');
    mkdirSync(data);
    writeFileSync(join(data, 'key.pem'), 'key');
    symlinkSync(data, folder.path('..data'));
    symlinkSync(join('..data', 'key.pem'), folder.path('key.pem'));
    const file = { mode: 0o644, uid: 0, gid: 1_000 };
    const reader = { uid: 1_000, groups: [SERVICE_GROUP] };
    expect(isExposedSecret(folder.path('key.pem'), file, reader)).toBe(false);
  });

  test('the command to fix it can be pasted, whatever the name', () => {
    expect(chmodLine(['/a/b.db', "/it's here/x"])).toBe("chmod 600 /a/b.db '/it'\\''s here/x'");
  });
});
