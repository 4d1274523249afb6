import { expect, test, vi } from 'vitest';
import { formatHolder, stateOf, thisProcess } from '../../src/db/holder.ts';

// A /proc that hides processes: mount option hidepid, systemd's ProtectProc.
const hidden = vi.hoisted(() => ({ path: '' }));
vi.mock(import('node:fs'), async (importOriginal) => {
  const original = await importOriginal();
  const readFileSync = ((path: string, encoding: 'utf8') => {
    if (path === hidden.path) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return original.readFileSync(path, encoding);
  }) as typeof original.readFileSync;
  return { ...original, readFileSync };
});

test('a live holder that /proc hides does not count as dead', () => {
  const holder = formatHolder(thisProcess());
  hidden.path = `/proc/${process.pid}/stat`;
  expect(stateOf(holder)).not.toBe('dead');
});

test('control: a hidden process that has ended counts as dead', () => {
  const holder = formatHolder({ ...thisProcess(), process: 0x7fff_fffe });
  hidden.path = `/proc/${0x7fff_fffe}/stat`;
  expect(stateOf(holder)).toBe('dead');
});
