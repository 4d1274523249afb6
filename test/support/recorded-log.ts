import type { LogFields, Logger } from '../../src/lib/log.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** those of the child logger included */
  readonly fields: LogFields;
}

/** A logger that keeps its lines, those of its children included. */
export function recordLog(options: { readonly isDebug: boolean }): {
  readonly log: Logger;
  readonly lines: readonly LogLine[];
} {
  const lines: LogLine[] = [];
  const loggerWith = (bound: LogFields): Logger => {
    const at =
      (level: LogLine['level']) =>
      (message: string, fields: LogFields = {}) =>
        void lines.push({ level, message, fields: { ...bound, ...fields } });
    return {
      isDebug: options.isDebug,
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => loggerWith({ ...bound, ...fields }),
    };
  };
  return { log: loggerWith({}), lines };
}
