import type { RunReport } from './run-report.ts';

/** True if all that went wrong is that someone stopped the run. Its own file: it needs no schema. */
export function wasOnlyStopped({ errors }: Pick<RunReport, 'errors'>): boolean {
  return errors.length > 0 && errors.every(({ code }) => code === 'stop-requested');
}
