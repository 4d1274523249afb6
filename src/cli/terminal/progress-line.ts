import type { Clock } from '../../lib/clock.ts';
import { numberText } from './format.ts';
import type { Io } from './io.ts';

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
  /** what is counted: `events sent` */
  readonly label: string;
  readonly done: number;
  /** absent while it is not known */
  readonly total?: number;
  /** what the numbers do not say: `day 4 of 11` */
  readonly note?: string;
}

/** A line on the terminal that says how far the work is; nothing anywhere else. */
export interface Progress extends Disposable {
  /** Cheap: only remembers the numbers. `done` only grows while the label stays. */
  update(counts: Counts): void;
  /** Takes the line away. Called twice: nothing. */
  end(): void;
}

export interface ProgressOptions {
  readonly io: Io;
  readonly clock: Clock;
}

/**
 * Shows itself after a second, then follows `update` until `end`, which must come: in a
 * `finally`, or by `using progress = startProgress(…)`.
 */
export function startProgress({ io, clock }: ProgressOptions): Progress {
  if (!io.errIsTerminal) return nothingShown;
  const ended = new AbortController();
  let counts: Counts | undefined;
  let first = 0;
  let startedAt = clock.now();
  const draw = () => {
    if (counts === undefined) return;
    const state = { counts, first, elapsedMs: clock.now() - startedAt };
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
      if (next.label !== counts?.label) {
        // Another work, with a pace of its own.
        first = next.done;
        if (counts !== undefined) startedAt = clock.now();
      }
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
  readonly counts: Counts;
  /** the first count that was given: what was there before is not this work's pace */
  readonly first: number;
  readonly elapsedMs: number;
}

/** One line within the width; what matters least goes first: bar, rate, estimate, label. */
export function progressLine(state: ProgressState, columns: number): string {
  // A full last cell makes some terminals wrap, and the line could not be cleared any more.
  const room = columns - 1;
  const { counts } = state;
  const { label, note } = counts;
  const numbers =
    counts.total === undefined
      ? numberText(counts.done)
      : `${numberText(counts.done)}/${numberText(counts.total)}`;
  const perSecond = ((counts.done - state.first) * 1_000) / Math.max(1, state.elapsedMs);
  const rate = `${perSecond < 10 ? perSecond.toFixed(1) : numberText(Math.round(perSecond))}/s`;
  const estimate = estimateText(counts, perSecond);
  const ends = [estimate, note].filter((text) => text !== undefined);
  const parts = [label, numbers, rate, ...ends];
  const withBar = (width: number) => [label, bar(counts, width), ...parts.slice(1)].join('  ');
  const plain = parts.join('  ');
  const barRoom = Math.min(BAR_WIDTH, room - plain.length - '  []'.length);
  if (counts.total !== undefined && barRoom >= BAR_WIDTH_MIN) return withBar(barRoom);
  const shorter = [plain, [label, numbers, ends[0] ?? rate].join('  '), `${label}  ${numbers}`];
  return shorter.find((line) => line.length <= room) ?? numbers.slice(0, room);
}

function bar({ done, total = 0 }: Counts, width: number): string {
  const filled = total === 0 ? width : Math.min(width, Math.floor((done / total) * width));
  return `[${'='.repeat(filled)}${' '.repeat(width - filled)}]`;
}

function estimateText({ done, total, note }: Counts, perSecond: number): string | undefined {
  // Where it takes days, the pace of an hour says nothing of the end.
  if (note !== undefined || total === undefined) return undefined;
  if (perSecond <= 0 || done >= total) return undefined;
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
