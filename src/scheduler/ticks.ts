import { schedule } from 'node-cron';
import type { Logger } from '../lib/log.ts';

export interface Ticks {
  stop(): void;
}

/**
 * Calls `tick` at each full minute of the machine's clock. node-cron lets a minute go that it is a
 * second late for, after the machine slept or the process stood still, but says so: that is a tick
 * too. What a tick finds due does not depend on how many ticks there were.
 */
export function everyMinute(tick: () => void, log: Logger): Ticks {
  const task = schedule('* * * * *', tick, {
    timezone: 'UTC',
    suppressMissedWarning: true,
    logger: {
      info: (message) => log.debug(message),
      debug: (message) => log.debug(String(message)),
      warn: (message) => log.debug(message),
      error: (message, error) => log.error('the tick failed', { err: error ?? message }),
    },
  });
  task.on('execution:missed', tick);
  return { stop: () => void task.destroy() };
}
