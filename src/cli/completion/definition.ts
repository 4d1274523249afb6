import { type CommandDefinition, EXIT } from '../command.ts';
import { SHELLS } from './shells.ts';

export const completionDefinition: CommandDefinition = {
  name: 'completion',
  summary: 'print a completion script for bash, zsh or fish',
  description: [
    'The script completes commands, options, their values, and the names of tenants in the ' +
      'configuration folder, without starting sharetrail. Print it again after an upgrade. It is for ' +
      'the installed command `sharetrail`.',
  ],
  arguments: [{ name: 'SHELL', description: SHELLS.join(', ') }],
  options: [],
  examples: [
    {
      command: 'sharetrail completion bash > ~/.local/share/bash-completion/completions/sharetrail',
      does: 'install it for bash',
    },
    {
      command: 'sharetrail completion zsh > ~/.zfunc/_sharetrail',
      does: 'install it for zsh, in a folder of fpath',
    },
    {
      command: 'sharetrail completion fish > ~/.config/fish/completions/sharetrail.fish',
      does: 'install it for fish',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'printed',
    [EXIT.couldNotRun]: 'could not run (usage)',
  },
  load: async (definitions) => (await import('./command.ts')).completionOf(definitions),
};
