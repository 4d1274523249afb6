import type { OptionDefinition } from './command.ts';

/** The option of every command that asks for confirmation. */
export const YES_OPTION: OptionDefinition = {
  flags: '--yes',
  description: 'do not ask',
  value: { kind: 'flag' },
};
