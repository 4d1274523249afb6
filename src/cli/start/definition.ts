import { type CommandDefinition, EXIT } from '../command.ts';

export const startDefinition: CommandDefinition = {
  name: 'start',
  summary: 'the scheduler: a run for each tenant at its schedule',
  description: [
    'Stays and runs each tenant that has a schedule, at its times in its timezone; tenants ' +
      'without one run on demand only. A time that was missed, because nothing was running or a ' +
      'run took longer, is made up for once. A time that the clocks leave out in spring is served ' +
      'at the change, one that comes twice in autumn once.',
    'A tenant that another run holds is tried again every few minutes. A run that fails changes ' +
      'nothing for the others, nor for the next. What happens is told on standard error.',
    'SIGHUP reads the configuration anew; one that cannot be used changes nothing. SIGTERM and ' +
      'SIGINT start nothing more, give what is under way ten seconds, and end; a second one ends ' +
      'at once. What was cut short is made up for at the next start.',
  ],
  arguments: [],
  options: [],
  examples: [
    { command: 'sharetrail start', does: 'until it is stopped' },
    { command: 'sharetrail start --tenant acme', does: 'only this tenant' },
  ],
  exitCodes: {
    [EXIT.success]: 'stopped, and everything is written',
    [EXIT.needsAttention]: 'stopped, but the end of a run could not be written',
    [EXIT.couldNotRun]: 'usage, configuration, database, or no tenant has a schedule',
  },
  load: async () => (await import('./command.ts')).start,
};
