import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { Command } from '../support/command.ts';
import { syncedBytesIn } from '../support/power-cut.ts';
import { until } from '../support/until.ts';
import type { TortureWorld } from './kills-world.ts';

const SECTOR_BYTES = 512;
const TORN_SECTORS_MAX = 40;
const MASK = 0x5a;

/**
 * Lets a run's machine lose its power at a random moment: its files are copied while the process is
 * suspended, and the part of the WAL file that was not synchronized ends anywhere, with torn sectors.
 * Returns false if the run had ended, or was moving the WAL's content into the database.
 */
export async function cutPower(torture: TortureWorld, words: string): Promise<boolean> {
  const { databaseFile: file } = torture;
  const before = readFileSync(file);
  const command = torture.start(words, { preloads: ['record-synced.ts'] });
  await torture.randomMoment(command);
  const isSuspended = await suspend(command);
  const wal = `${file}-wal`;
  const isCut = isSuspended && existsSync(wal) && readFileSync(file).equals(before);
  if (isCut) for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${file}${end}.cut`);
  command.kill('SIGKILL');
  const { stderr } = await command.ended();
  if (!isCut) return false;
  for (const end of ['', '-wal']) copyFileSync(`${file}${end}.cut`, `${file}${end}`);
  rmSync(`${file}-shm`, { force: true });
  tear(wal, syncedBytesIn(stderr), torture.random);
  return true;
}

async function suspend(command: Command): Promise<boolean> {
  command.kill('SIGSTOP');
  const state = () => {
    try {
      return readFileSync(`/proc/${command.pid}/stat`, 'utf8').split(') ')[1]?.[0];
    } catch {
      return undefined;
    }
  };
  await until(() => state() !== 'R' && state() !== 'S' && state() !== 'D');
  return state() === 'T';
}

function tear(wal: string, kept: number, random: () => number): void {
  const { size } = statSync(wal);
  if (size <= kept) return;
  const end = kept + Math.floor(random() * (size - kept + 1));
  truncateSync(wal, end);
  const from = Math.max(kept, end - Math.floor(random() * TORN_SECTORS_MAX) * SECTOR_BYTES);
  const bytes = readFileSync(wal);
  writeFileSync(
    wal,
    bytes.map((byte, index) => (index < from ? byte : byte ^ MASK)),
  );
}
