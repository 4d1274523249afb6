import type { Rule } from './source.ts';

/** A made-up project: text by path. */
export type MadeUp = Readonly<Record<string, string>>;

/** A rule, projects that break it with a part of what it then says, and some that do not. */
export interface Held {
  readonly says: string;
  readonly rule: Rule;
  readonly breaks: readonly (readonly [says: string, project: MadeUp])[];
  readonly keeps: readonly MadeUp[];
}
