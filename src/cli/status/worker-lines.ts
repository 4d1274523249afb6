import { ageText, countOf, namesText } from '../../lib/format.ts';
import type { QueueStatus } from '../../operator/queue-status.ts';

/** Which worker does what, and what waits for them. Empty without a shared queue. */
export function workerLines({ workers, depth, now }: QueueStatus): string[] {
  const lines = workers.map(({ id, host, role, seenAt, runs }) => {
    const name = `${host} (${role === 'standby' ? 'start' : 'worker'} ${id.slice(0, ID_LENGTH)})`;
    const does = runs.length === 0 ? 'idle' : `runs ${namesText(runs)}`;
    return `${name}: ${does}; seen ${ageText(now - seenAt)} ago`;
  });
  if (depth === undefined || depth.waiting + depth.delayed === 0) return lines;
  return [...lines, `${countOf(depth.waiting, 'run')} waiting, ${depth.delayed} delayed`];
}

/** What no one sees to, and below it what to do. */
export function queueAttentionLines({ attention }: QueueStatus): string[] {
  return attention === undefined ? [] : [attention.message, `  ${attention.hint}`];
}

const ID_LENGTH = 8;
