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
      command: 'sharetrail completion bash > FILE',
      does: 'for bash: source FILE in ~/.bashrc',
    },
    {
      command: 'sharetrail completion zsh > FILE',
      does: 'for zsh: source FILE in ~/.zshrc after compinit, or name it _sharetrail in fpath',
    },
    {
      command: 'sharetrail completion fish | source',
      does: 'for fish: put this line into config.fish',
    },
  ],
  exitCodes: {
    [EXIT.success]: 'printed',
    [EXIT.couldNotRun]: 'could not run (usage)',
  },
  load: async (definitions) => (await import('./command.ts')).completionOf(definitions),
};
