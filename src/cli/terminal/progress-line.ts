import type { Clock } from '../../lib/clock.ts';
import { durationText, numberText } from '../../lib/format.ts';
import type { Io } from './io.ts';

/** at most ten redraws per second */
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
/** a shorter bar would show nothing */
const BAR_WIDTH_MIN = 6;
/** a longer estimate would be a guess */
const ESTIMATE_MS_MAX = 99 * 3_600_000;

export interface Counts {
  /** what is counted: `events sent` */
  readonly label: string;
  readonly done: number;
  /** absent while unknown */
  readonly total?: number;
  /** in addition to the numbers: `day 4 of 11` */
  readonly note?: string;
}

/** A line on the terminal that shows the progress; without a terminal, nothing. */
export interface Progress extends Disposable {
  /** Only stores the numbers, so it is cheap. `done` only grows while the label is the same. */
  update(counts: Counts): void;
  /** Removes the line. A second call does nothing. */
  end(): void;
}

export interface ProgressOptions {
  readonly io: Io;
  readonly clock: Clock;
}

/**
 * Appears at the first `update`, then follows them until `end`. Always call `end`: in a `finally`, or
 * by `using progress = startProgress(…)`.
 */
export function startProgress({ io, clock }: ProgressOptions): Progress {
  if (!io.errIsTerminal) return hiddenProgress;
  const ended = new AbortController();
  let counts: Counts | undefined;
  let first = 0;
  let startedAt = clock.now();
  const draw = () => {
    if (counts === undefined || ended.signal.aborted) return;
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
        // Different work, with its own rate.
        first = next.done;
        if (counts !== undefined) startedAt = clock.now();
      }
      const isFirst = counts === undefined;
      counts = next;
      if (isFirst) draw();
    },
    end,
    [Symbol.dispose]: end,
  };
}

const hiddenProgress: Progress = {
  update: () => {},
  end: () => {},
  [Symbol.dispose]: () => {},
};

interface Redraw {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly draw: () => void;
}

/** Redraws by the clock alone, so that the rate of stalled work falls visibly. */
async function redraw({ clock, signal, draw }: Redraw): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(REDRAW_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    draw();
  }
}

export interface ProgressState {
  readonly counts: Counts;
  /** the first count: earlier work does not count for the rate */
  readonly first: number;
  readonly elapsedMs: number;
}

/** One line that fits the width; narrow terminals lose the bar first, then the rate and the rest. */
export function progressLine(state: ProgressState, columns: number): string {
  // Some terminals wrap after a full last cell, and the line could then not be cleared.
  const room = columns - 1;
  const { label, done, total, note } = state.counts;
  const numbers =
    total === undefined ? numberText(done) : `${numberText(done)}/${numberText(total)}`;
  const perSecond = ((done - state.first) * 1_000) / Math.max(1, state.elapsedMs);
  const rate = `${perSecond < 10 ? perSecond.toFixed(1) : numberText(Math.round(perSecond))}/s`;
  const end = note ?? estimateText(state.counts, perSecond);
  const join = (...parts: readonly (string | undefined)[]) =>
    parts.filter((part) => part !== undefined).join('  ');
  const barRoom = room - join(label, '[]', numbers, rate, end).length;
  if (total !== undefined && barRoom >= BAR_WIDTH_MIN) {
    return join(label, bar(done / total, Math.min(BAR_WIDTH, barRoom)), numbers, rate, end);
  }
  const lines = [join(label, numbers, rate, end), join(label, numbers, end ?? rate)];
  const shorter = [...lines, join(label, numbers)].find((line) => line.length <= room);
  return shorter ?? numbers.slice(0, room);
}

/** `fraction` is NaN if there is nothing to do. */
function bar(fraction: number, width: number): string {
  const filled = fraction < 1 ? Math.floor(fraction * width) : width;
  return `[${'='.repeat(filled)}${' '.repeat(width - filled)}]`;
}

/** If the work takes days, as a note says, the rate of the last minutes does not predict its end. */
function estimateText({ done, total }: Counts, perSecond: number): string | undefined {
  if (total === undefined || perSecond <= 0 || done >= total) return undefined;
  const leftMs = ((total - done) / perSecond) * 1_000;
  return leftMs > ESTIMATE_MS_MAX ? undefined : `${durationText(leftMs)} left`;
}
