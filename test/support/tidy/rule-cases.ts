import type { Rule } from './source.ts';

/** A small project to try a rule on: text by path. */
export type TestProject = Readonly<Record<string, string>>;

/** A rule with projects that break it and projects that follow it. */
export interface RuleCases {
  /** what the rule requires, as the name of its test */
  readonly name: string;
  readonly rule: Rule;
  /** projects that break the rule, each with a part of the expected problem */
  readonly fails: readonly (readonly [problem: string, project: TestProject])[];
  /** projects that follow the rule */
  readonly passes: readonly TestProject[];
}
