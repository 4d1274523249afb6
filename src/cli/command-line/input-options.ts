import type { LogLevel } from '../../config/types.ts';
import type { CommandInput } from '../command.ts';

/** An option's text; undefined if the option was not given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of `--tenant`; an empty list means all tenants. */
export function tenantNames(input: CommandInput): readonly string[] {
  const names = input.options['tenant'];
  return Array.isArray(names) ? names.map(String) : [];
}

/** The value of `--log-level`, which is checked when the command line is parsed. */
export function logLevel(input: CommandInput): LogLevel | undefined {
  return input.options['logLevel'] as LogLevel | undefined;
}
