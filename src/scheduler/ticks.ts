import { schedule } from 'node-cron';
import type { Logger } from '../lib/log.ts';

export interface Ticks {
  stop(): void;
}

/**
 * Calls `tick` at each full minute of the system clock. If node-cron is a second late (the machine
 * slept or the process was suspended), it skips the minute and emits an event, which counts as a
 * tick too. A missing tick does no harm: each tick finds everything that is due.
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
