import { describe, expect, it } from 'vitest';
import { bannedCodeCases } from './support/tidy/cases/banned-code.ts';
import { englishCases } from './support/tidy/cases/english.ts';
import { fileCases } from './support/tidy/cases/files.ts';
import { identifierCases } from './support/tidy/cases/identifiers.ts';
import { importCases } from './support/tidy/cases/imports.ts';
import { scriptCases } from './support/tidy/cases/scripts.ts';
import { sizeCases } from './support/tidy/cases/sizes.ts';
import type { TestProject } from './support/tidy/rule-cases.ts';
import { sizeReport } from './support/tidy/sizes.ts';
import type { Rule } from './support/tidy/source.ts';
import { readProject } from './support/tidy/tree.ts';

const project = readProject();
const cases = [
  ...importCases,
  ...bannedCodeCases,
  ...identifierCases,
  ...sizeCases,
  ...scriptCases,
  ...fileCases,
  ...englishCases,
];
const table = cases.map((ruleCases) => [ruleCases.name, ruleCases] as const);

describe('the project follows its rules', () => {
  it.each(table)('%s', (_name, { rule }) => {
    expect(rule(project)).toEqual([]);
  });

  it('the rules see the entire project', () => {
    const paths = project.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['src/main.ts', 'test/tidy.test.ts', 'package.json']),
    );
    process.stdout.write(`${sizeReport(project)}\n`);
  });
});

describe('each rule reports what breaks it', () => {
  it.each(table)('%s', (_name, { rule, fails, passes }) => {
    expect(fails.length).toBeGreaterThan(0);
    expect(passes.length).toBeGreaterThan(0);
    for (const [problem, files] of fails)
      expect(problemsIn(rule, files), JSON.stringify(files)).toContain(problem);
    for (const files of passes) expect(problemsIn(rule, files), JSON.stringify(files)).toBe('');
  });
});

function problemsIn(rule: Rule, files: TestProject): string {
  return rule(Object.entries(files).map(([path, text]) => ({ path, text }))).join('\n');
}
