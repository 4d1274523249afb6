// Loaded before the program: sets its clock, lets it jump during the run, and shortens its waits.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/** The clock of one process. */
export interface ShiftedTime {
  /** how far it is ahead of the system's, in milliseconds; negative: behind */
  readonly shiftMs: number;
  /** a later jump, after the clock was read this many times */
  readonly jump?: { readonly afterReads: number; readonly byMs: number };
  /** divides the waits between attempts; the clock itself keeps its speed */
  readonly waitsDividedBy: number;
}

const time = JSON.parse(process.env['SHIFTED_TIME'] ?? '') as ShiftedTime;
const SystemDate = Date;
const systemNow = Date.now.bind(Date);
let reads = 0;

function now(): number {
  reads += 1;
  const { jump, shiftMs } = time;
  return systemNow() + shiftMs + (jump && reads > jump.afterReads ? jump.byMs : 0);
}

globalThis.Date = new Proxy(SystemDate, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});

const { setTimeout: wait } = timers;
timers.setTimeout = ((ms = 0, value, options) =>
  wait(ms / time.waitsDividedBy, value, options)) as typeof wait;
syncBuiltinESMExports();
