import type { Clock } from '../lib/clock.ts';
import type { Io } from './command.ts';
import { displayWidth, truncate } from './width.ts';

/** what is done within a second shows nothing */
const FIRST_DRAW_MS = 1_000;
/** ten redraws a second at most */
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
/** a bar that is shorter says nothing */
const BAR_WIDTH_MIN = 6;
/** longer estimates are guesses */
const ESTIMATE_MS_MAX = 99 * 3_600_000;

export interface Counts {
  readonly done: number;
  /** absent while it is not known */
  readonly total?: number;
}

/** A line on the terminal that says how far the work is; nothing anywhere else. */
export interface Progress extends Disposable {
  /** Cheap: only remembers the numbers. `done` only grows. */
  update(counts: Counts): void;
  /** Takes the line away. Called twice: nothing. */
  end(): void;
}

export interface ProgressOptions {
  readonly io: Io;
  readonly clock: Clock;
  /** what is counted: `acme: events sent` */
  readonly label: string;
}

/**
 * Shows itself after a second, then follows `update` until `end`, which must come: in a
 * `finally`, or by `using progress = startProgress(…)`.
 */
export function startProgress({ io, clock, label }: ProgressOptions): Progress {
  if (!io.errIsTerminal) return nothingShown;
  const startedAt = clock.now();
  const ended = new AbortController();
  let first: number | undefined;
  let counts: Counts = { done: 0 };
  const draw = () => {
    const state = { label, counts, first: first ?? 0, elapsedMs: clock.now() - startedAt };
    io.footer(progressLine(state, io.errColumns));
  };
  const end = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    io.footer('');
  };
  void redraw({ clock, signal: ended.signal, draw });
  return {
    update: (next) => {
      first ??= next.done;
      counts = next;
    },
    end,
    [Symbol.dispose]: end,
  };
}

const nothingShown: Progress = {
  update: () => {},
  end: () => {},
  [Symbol.dispose]: () => {},
};

interface Redraw {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly draw: () => void;
}

/** By the clock alone, so that a stalled work's rate is seen to fall. */
async function redraw({ clock, signal, draw }: Redraw): Promise<void> {
  let waitMs = FIRST_DRAW_MS;
  while (!signal.aborted) {
    try {
      await clock.sleep(waitMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    draw();
    waitMs = REDRAW_MS;
  }
}

export interface ProgressState {
  readonly label: string;
  readonly counts: Counts;
  /** the first count that was given: what was there before is not this work's pace */
  readonly first: number;
  readonly elapsedMs: number;
}

/** One line within the width; what matters least goes first: bar, rate, estimate, label. */
export function progressLine(state: ProgressState, columns: number): string {
  // A full last cell makes some terminals wrap, and the line could not be cleared any more.
  const room = columns - 1;
  const { counts, label } = state;
  const numbers =
    counts.total === undefined
      ? group(counts.done)
      : `${group(counts.done)}/${group(counts.total)}`;
  const perSecond = ((counts.done - state.first) * 1_000) / Math.max(1, state.elapsedMs);
  const rate = `${perSecond < 10 ? perSecond.toFixed(1) : group(Math.round(perSecond))}/s`;
  const estimate = estimateText(counts, perSecond);
  const parts = [label, numbers, rate, ...(estimate === undefined ? [] : [estimate])];
  const withBar = (width: number) => [label, bar(counts, width), ...parts.slice(1)].join('  ');
  const plain = parts.join('  ');
  const barRoom = Math.min(BAR_WIDTH, room - displayWidth(plain) - '  []'.length);
  if (counts.total !== undefined && barRoom >= BAR_WIDTH_MIN) return withBar(barRoom);
  const shorter = [plain, [label, numbers, estimate ?? rate].join('  '), `${label}  ${numbers}`];
  return shorter.find((line) => displayWidth(line) <= room) ?? truncate(numbers, room);
}

function bar({ done, total = 0 }: Counts, width: number): string {
  const filled = total === 0 ? width : Math.min(width, Math.floor((done / total) * width));
  return `[${'='.repeat(filled)}${' '.repeat(width - filled)}]`;
}

function estimateText({ done, total }: Counts, perSecond: number): string | undefined {
  if (total === undefined || perSecond <= 0 || done >= total) return undefined;
  const leftMs = ((total - done) / perSecond) * 1_000;
  return leftMs > ESTIMATE_MS_MAX ? undefined : `${duration(leftMs)} left`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}h${String(minutes % 60).padStart(2, '0')}m`;
  if (minutes > 0) return `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
  return `${seconds}s`;
}

function group(count: number): string {
  return count.toLocaleString('en-US');
}
