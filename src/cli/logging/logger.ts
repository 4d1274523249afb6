import type { DestinationStream, Logger as Pino } from 'pino';
import type { LogLevel } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { LogFields, Logger } from '../../lib/log.ts';
import { scrub } from '../../lib/secret.ts';
import { escapeControls, escapeControlsBeyondAscii } from '../terminal/escape.ts';
import type { Io } from '../terminal/io.ts';
import { wrapIndented } from '../terminal/width.ts';
import { cleanFields } from './clean-fields.ts';

/** before the lines that continue a log line on a terminal */
const INDENT = '  ';

export interface LoggerOptions {
  readonly io: Io;
  readonly clock: Clock;
  readonly level: LogLevel;
}

/**
 * The log on standard error: readable lines above the progress line on a terminal, JSON lines
 * elsewhere. Secrets that this process knows are removed from every field. pino is loaded only
 * here, so that help and usage errors stay fast.
 */
export async function openLogger({ io, clock, level }: LoggerOptions): Promise<Logger> {
  const { pino } = await import('pino');
  const destination = io.errIsTerminal ? await terminalDestination(io) : jsonDestination(io);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      // Errors are plain data already; pino's own serializer would merge their causes.
      serializers: { err: (error) => error },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return wrapPino(logger, io.asTyped);
}

function jsonDestination(io: Io): DestinationStream {
  // Again for the complete line: a secret may become known after a child's fields were bound.
  // JSON has escaped the ASCII controls. Terminals that show the file obey others, too.
  return { write: (line) => io.err(escapeControlsBeyondAscii(scrub(line))) };
}

async function terminalDestination(io: Io): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: io.errColor,
    translateTime: 'SYS:HH:MM:ss',
    // Fields follow the message as JSON: the stacks of errors would fill the screen otherwise.
    singleLine: true,
    errorLikeObjectKeys: [],
    // In fields, JSON has escaped the ASCII controls. All others are escaped last, because colors
    // consist of ASCII ones.
    messageFormat: (log, messageKey) => escapeControls(String(log[messageKey] ?? '')),
  });
  return {
    write: (line) => {
      const text = scrub(escapeControlsBeyondAscii(pretty(line))).trimEnd();
      io.err(`${wrapIndented(text, INDENT, io.errColumns)}\n`);
    },
  };
}

function wrapPino(logger: Pino, asTyped: Io['asTyped']): Logger {
  const clean = (fields: LogFields) => cleanFields(withHint(fields, asTyped), scrub);
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      if (logger.isLevelEnabled(level)) {
        logger[level](clean(fields), scrub(asTyped(message)));
      }
    };
  return {
    isDebug: logger.isLevelEnabled('debug'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrapPino(logger.child(clean(fields)), asTyped),
  };
}

function withHint(fields: LogFields, asTyped: Io['asTyped']): LogFields {
  const { hint } = fields;
  return typeof hint === 'string' ? { ...fields, hint: asTyped(hint) } : fields;
}
