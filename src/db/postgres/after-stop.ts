import { POSTGRES_LIMITS } from '../limits.ts';

/**
 * Calls `onSilence` if a stop was requested, and `answerAfterStopMsMax` later the server has still not
 * answered: dispose of the result once it has. Without it, a process would outlive its stop as long as
 * a broken network is silent.
 */
export function watchAfterStop(stop: AbortSignal | undefined, onSilence: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const onStop = () => {
    timer = setTimeout(onSilence, POSTGRES_LIMITS.answerAfterStopMsMax);
  };
  if (stop?.aborted) onStop();
  else stop?.addEventListener('abort', onStop, { once: true });
  return {
    [Symbol.dispose]: () => {
      stop?.removeEventListener('abort', onStop);
      clearTimeout(timer);
    },
  };
}

/**
 * Rejects if a stop was requested and the server remains silent. `work` continues; what it yields then
 * is passed to `tooLate`.
 */
export async function answered<T>(
  work: Promise<T>,
  {
    stop,
    tooLate,
  }: { readonly stop: AbortSignal | undefined; readonly tooLate: (late: T) => void },
): Promise<T> {
  const silence = Promise.withResolvers<never>();
  using _ = watchAfterStop(stop, () => {
    work.then(tooLate, () => {});
    // As the driver reports a login without an answer: no further attempt follows.
    silence.reject(new Error('timeout expired'));
  });
  return await Promise.race([work, silence.promise]);
}
