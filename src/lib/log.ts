/** The structured fields of a log entry. Values must be plain data. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes logs to standard error. `cli` implements it with pino; most tests use a silent one. */
export interface Logger {
  /** false: debug lines are dropped, so that their fields need not be collected */
  readonly isDebug: boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

export const silentLogger: Logger = {
  isDebug: false,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
