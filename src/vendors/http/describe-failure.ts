import { scrub } from '../../lib/secret.ts';

/** Deeper than any library nests; ends a circle of causes. */
const CAUSES_MAX = 10;

/**
 * Why a connection failed, for a person: the error with its code, then its causes down to the last.
 * Names each member of an AggregateError (one per address of the host) once. Contains no secret of
 * this process.
 */
export function describeFailure(error: unknown): string {
  return scrub(describe(error, 0));
}

function describe(error: unknown, depth: number): string {
  if (!(error instanceof Error)) return String(error);
  const members = membersOf(error).map((member) => describe(member, depth + 1));
  const parts = [members.length > 0 ? error.message : textOf(error)];
  parts.push([...new Set(members)].join('; '));
  if (error.cause !== undefined && depth < CAUSES_MAX) parts.push(describe(error.cause, depth + 1));
  return [...new Set(parts)].filter((part) => part !== '').join(': ');
}

/** The code of the failure alone, such as ECONNREFUSED: a message may name the host. */
export function failureCodeOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return undefined;
  const code = codeOf(error);
  if (/^[A-Z][A-Z0-9_]+$/.test(code)) return code;
  return [...membersOf(error), error.cause]
    .map((inner) => failureCodeOf(inner, depth + 1))
    .find((found) => found !== undefined);
}

function textOf(error: Error): string {
  const code = codeOf(error);
  if (error.message === '') return code || error.name;
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function membersOf(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [];
}
