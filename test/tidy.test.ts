import { describe, expect, it } from 'vitest';
import { wordsRules } from './support/tidy/cases/banned-code.ts';
import { englishRules } from './support/tidy/cases/english.ts';
import { paperRules } from './support/tidy/cases/files.ts';
import { importsRules } from './support/tidy/cases/imports.ts';
import { sizesRules } from './support/tidy/cases/sizes.ts';
import { leftoversRules } from './support/tidy/cases/unused.ts';
import type { Held, MadeUp } from './support/tidy/rule-cases.ts';
import { sizeReport } from './support/tidy/sizes.ts';
import { readProject } from './support/tidy/tree.ts';

const project = readProject();
const held = [
  ...importsRules,
  ...wordsRules,
  ...sizesRules,
  ...leftoversRules,
  ...paperRules,
  ...englishRules,
];
const table = held.map((rule) => [rule.says, rule] as const);

describe('the project keeps its rules', () => {
  it.each(table)('%s', (_says, { rule }) => {
    expect(rule(project)).toEqual([]);
  });

  it('was looked at whole', () => {
    const paths = project.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['src/main.ts', 'test/tidy.test.ts', 'package.json']),
    );
    process.stdout.write(`${sizeReport(project)}\n`);
  });
});

describe('each rule fires', () => {
  it.each(table)('%s', (_says, { rule, breaks, keeps }) => {
    expect(breaks.length).toBeGreaterThan(0);
    expect(keeps.length).toBeGreaterThan(0);
    for (const [says, files] of breaks) {
      expect(judge(rule, files), `over ${JSON.stringify(files)}`).toContain(says);
    }
    for (const files of keeps) expect(judge(rule, files), JSON.stringify(files)).toBe('');
  });
});

function judge(rule: Held['rule'], files: MadeUp): string {
  return rule(Object.entries(files).map(([path, text]) => ({ path, text }))).join('\n');
}
