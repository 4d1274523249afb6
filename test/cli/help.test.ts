import { describe, expect, it } from 'vitest';
import { helpText } from '../../src/cli/command-line/help.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { displayWidth } from '../../src/cli/terminal/width.ts';

const names = ['', ...definitions.map(({ name }) => name)];

describe('help', () => {
  it.each(names)('for "%s" is the text that stands on record', async (name) => {
    const file = `goldens/${['sharetrail', ...name.split(' ')].filter(Boolean).join('-')}.txt`;
    await expect(helpText(definitions, name, 80)).toMatchFileSnapshot(file);
  });

  it('on a narrow terminal puts each description under its name', async () => {
    const text = helpText(definitions, 'events', 40);
    await expect(text).toMatchFileSnapshot('goldens/sharetrail-events-40-columns.txt');
  });

  it.each(names)('for "%s" fits the terminal at every width', (name) => {
    for (const columns of [40, 60, 80, 132]) {
      const lines = helpText(definitions, name, columns).split('\n');
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    }
  });

  it('is as wide as it is by default where nothing has a width', () => {
    const piped = helpText(definitions, 'sync', Number.POSITIVE_INFINITY);
    expect(piped).toBe(helpText(definitions, 'sync', 80));
  });

  it.each(definitions.map((definition) => [definition.name, definition] as const))(
    '"%s" has examples and says what 0 and 2 mean',
    (_name, { examples, exitCodes, summary }) => {
      expect(examples.length).toBeGreaterThan(0);
      expect(Object.keys(exitCodes)).toEqual(expect.arrayContaining(['0', '2']));
      expect(summary).not.toMatch(/^[A-Z]|\.$/);
    },
  );

  it('every command has a handler that can be loaded, or commands below it', async () => {
    for (const { name, load } of definitions) {
      const below = definitions.filter((other) => other.name.startsWith(`${name} `));
      if (load) expect(typeof (await load())).toBe('function');
      else expect(below).not.toEqual([]);
    }
  });
});
