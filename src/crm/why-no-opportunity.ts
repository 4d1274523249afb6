/** The reasons of `chooseOpportunity` for naming none, and the same in short. */
const REASONS: readonly (readonly [reason: RegExp, because: string])[] = [
  [/^The Account had no Opportunity open /, 'the Account had no open Opportunity'],
  [
    /^The Account had (\d+) Opportunities open .* No recipient has a contact role/,
    'the Account had $1 open Opportunities and no recipient has a contact role on any of them',
  ],
];

/** Why a match names no Opportunity, for the end of a sentence; undefined if its reasons do not say. */
export function whyNoOpportunity(reasons: readonly string[]): string | undefined {
  for (const reason of reasons) {
    for (const [pattern, because] of REASONS) {
      const found = pattern.exec(reason);
      if (found !== null) return because.replace('$1', found[1] ?? '');
    }
  }
  return undefined;
}
