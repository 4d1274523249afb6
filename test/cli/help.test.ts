import { describe, expect, it } from 'vitest';
import { helpText } from '../../src/cli/command-line/help.ts';
import { OVERVIEW_WIDTH } from '../../src/cli/command-line/help-overview.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { displayWidth } from '../../src/cli/terminal/width.ts';

const names = ['', ...definitions.map(({ name }) => name)];

describe('help', () => {
  it.each(names)('for "%s" equals its golden file', async (name) => {
    const file = `goldens/${['sharetrail', ...name.split(' ')].filter(Boolean).join('-')}.txt`;
    await expect(helpText(definitions, name, 80)).toMatchFileSnapshot(file);
  });

  it('the overview that is printed without commander equals its help for the program', async () => {
    // `vitest run test/cli/help.test.ts --update` writes the overview again.
    await expect(overviewModule()).toMatchFileSnapshot(
      '../../src/cli/command-line/help-overview.ts',
    );
  });

  it('puts each description under its term on a narrow terminal', async () => {
    const text = helpText(definitions, 'events', 40);
    await expect(text).toMatchFileSnapshot('goldens/sharetrail-events-40-columns.txt');
  });

  it.each(names)('for "%s" fits the terminal at every width', (name) => {
    for (const columns of [40, 60, 80, 132]) {
      const lines = helpText(definitions, name, columns).split('\n');
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    }
  });

  it('is 80 columns wide without a terminal and on a wide one', () => {
    const text = helpText(definitions, 'sync', 80);
    expect(helpText(definitions, 'sync', Number.POSITIVE_INFINITY)).toBe(text);
    expect(helpText(definitions, 'sync', 132)).toBe(text);
  });

  it.each(definitions.map((definition) => [definition.name, definition] as const))(
    '"%s" has examples and says what 0 and 2 mean',
    (_name, { examples, exitCodes, summary }) => {
      expect(examples.length).toBeGreaterThan(0);
      expect(Object.keys(exitCodes)).toEqual(expect.arrayContaining(['0', '2']));
      expect(summary).not.toMatch(/^[A-Z]|\.$/);
    },
  );

  it('every command has a handler that loads, or subcommands', async () => {
    for (const { name, load } of definitions) {
      const below = definitions.filter((other) => other.name.startsWith(`${name} `));
      if (load) expect(typeof (await load(definitions))).toBe('function');
      else expect(below).not.toEqual([]);
    }
  });
});

function overviewModule(): string {
  return `/** \`sharetrail --help\`, written by test/cli/help.test.ts from the definitions. */
export const OVERVIEW_WIDTH = ${OVERVIEW_WIDTH};
export const OVERVIEW = \`\\
${helpText(definitions, '', OVERVIEW_WIDTH).replaceAll('`', '\\`')}\`;
`;
}
