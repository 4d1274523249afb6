import type { DestinationStream, Logger as Pino } from 'pino';
import type { Clock } from '../lib/clock.ts';
import type { LogFields, Logger } from '../lib/log.ts';
import { scrub } from '../lib/secret.ts';
import type { Io } from './command.ts';
import { escapeControls, escapeControlsBeyondAscii } from './escape.ts';
import { cleanFields } from './log-fields.ts';

export interface LoggerOptions {
  readonly io: Io;
  readonly clock: Clock;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/**
 * The story on standard error: JSON lines for machines, readable lines on a terminal, above the
 * progress line. No secret that this process knows gets through, in whichever field it stands.
 * pino is loaded here and not before, so that help and usage errors stay quick.
 */
export async function openLogger({ io, clock, level }: LoggerOptions): Promise<Logger> {
  const { pino } = await import('pino');
  const readable = io.errIsTerminal;
  const destination = readable ? await terminalDestination(io) : machineDestination(io);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      // Errors are plain data by then; pino's own serializer would fold their causes together.
      serializers: { err: (error) => error },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return wrap(logger);
}

function machineDestination(io: Io): DestinationStream {
  // The whole line once more: a secret may have become known after a child's fields were bound.
  return { write: (line) => io.err(scrub(line)) };
}

async function terminalDestination(io: Io): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: io.errColor,
    translateTime: 'SYS:HH:MM:ss',
    // Fields as JSON on the message's own line: errors too, whose stacks fill the screen otherwise.
    singleLine: true,
    errorLikeObjectKeys: [],
    // A terminal obeys the control characters that a message quotes. In fields, JSON has escaped
    // the ASCII ones; the others go last, because colours are made of ASCII ones.
    messageFormat: (log, messageKey) => escapeControls(String(log[messageKey] ?? '')),
  });
  return { write: (line) => io.err(scrub(escapeControlsBeyondAscii(pretty(line)))) };
}

function wrap(logger: Pino): Logger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      if (logger.isLevelEnabled(level)) logger[level](cleanFields(fields, scrub), scrub(message));
    };
  return {
    isDebug: logger.isLevelEnabled('debug'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(logger.child(cleanFields(fields, scrub))),
  };
}
