import { LIST_LIMITS } from '../../operator/limits.ts';
import { type CommandDefinition, EXIT } from '../command.ts';

export const explainDefinition: CommandDefinition = {
  name: 'explain',
  summary: 'explain what happened to a share, and why',
  description: [
    'Finds the shares that TEXT identifies and explains each one in sentences, newest first: where ' +
      'and when it was seen, who is in it, which Salesforce record it was matched to and why, what ' +
      'Gong responded, and what you can do.',
    'TEXT is a link or the ID of a file, a delivery, or a Salesforce record; the ID of an event; an ' +
      'email address; or words of a title or a name. Case and accents do not matter.',
    'If no share is found, explain says what is known about the file or the person, and what can ' +
      'be the reason. It only reads the database.',
  ],
  arguments: [{ name: 'TEXT…', description: 'what to look for; several words are one text' }],
  options: [
    {
      flags: '--limit N',
      description: 'maximum number of shares to explain',
      value: {
        kind: 'integer',
        min: 1,
        max: LIST_LIMITS.explainedMax,
        default: LIST_LIMITS.explainedDefault,
      },
    },
  ],
  examples: [
    { command: 'sharetrail explain ines@brightwater.example', does: 'explain a person’s shares' },
    {
      command: 'sharetrail explain https://drive.google.com/open?id=ID',
      does: 'explain the shares of a file',
    },
    { command: 'sharetrail explain spare parts list', does: 'find shares by words of the title' },
  ],
  exitCodes: {
    [EXIT.success]: 'the search was carried out, whether it found a share or not',
    [EXIT.couldNotRun]: 'could not run (usage, configuration or database)',
  },
  load: async () => (await import('./command.ts')).explainText,
};
