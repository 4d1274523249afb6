import { codeOf } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';

/** Deeper than any library nests; ends a circle of causes. */
const CAUSES_MAX = 10;

/**
 * Why a connection failed, for a person: the error with its code, then its causes down to the last.
 * Names each member of an AggregateError (one per address of the host) once. Never empty. Contains
 * no secret of this process.
 */
export function describeFailure(error: unknown): string {
  return scrub(describe(error, 0)) || 'no reason given';
}

function describe(error: unknown, depth: number): string {
  if (!(error instanceof Error)) return isBlank(error) ? '' : String(error);
  if (depth > CAUSES_MAX) return '';
  const members = membersOf(error).map((member) => describe(member, depth + 1));
  const own = members.length > 0 ? error.message : messageWithCode(error);
  const cause = describe(error.cause, depth + 1);
  return distinct([own, distinct(members).join('; '), cause]).join(': ');
}

/** The codes of a failure and its causes, such as ECONNREFUSED: a message may name the host. */
export function failureCodesOf(error: unknown): string[] {
  return distinct(codesIn(error, 0));
}

function codesIn(error: unknown, depth: number): string[] {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return [];
  const code = codeOf(error);
  const inner = [...membersOf(error), error.cause].flatMap((one) => codesIn(one, depth + 1));
  return /^[A-Z][A-Z0-9_]+$/.test(code) ? [code, ...inner] : inner;
}

function messageWithCode(error: Error): string {
  const code = codeOf(error);
  if (error.message === '') return code || error.name;
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

function membersOf(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [];
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || String(value).trim() === '';
}

/** Without empty texts and repetitions. */
function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}
