import type { WhereClause } from '@jetstreamapp/soql-parser-js';
import { isIdType, isTextType, type Key } from '../values.ts';
import { errorAt, SoqlError, unsupported } from './error.ts';
import { type FieldPath, type PathContext, resolvePath } from './field-paths.ts';
import { type Literal, likeExpression, literalKey } from './literals.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'compare';
      readonly path: FieldPath;
      readonly operator: Comparison;
      readonly key: Key;
    }
  | {
      readonly kind: 'in';
      readonly path: FieldPath;
      readonly keys: ReadonlySet<Key>;
      readonly negated: boolean;
    }
  | { readonly kind: 'like'; readonly path: FieldPath; readonly pattern: RegExp };

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Condition;

/** An unchecked condition from the parser, whose types do not distinguish the variants. */
interface RawCondition {
  readonly openParen?: number;
  readonly closeParen?: number;
  readonly field?: string;
  readonly fn?: { readonly rawValue?: string };
  readonly operator?: string;
  readonly value?: string | readonly string[];
  readonly valueQuery?: object;
  readonly literalType?: string | readonly string[];
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);

/** Converts the parser's chain of conditions to a tree, and checks names, operators, literals. */
export function conditionOf(context: PathContext, where: WhereClause): Condition {
  const tokens = [...tokensOf(context, where)];
  const [condition, end] = readGroup(context, tokens, 0);
  if (end < tokens.length) throw unexpected(context, tokens[end]);
  return condition;
}

/** The parser's chain is flat, with parentheses counted at its links. */
function* tokensOf(context: PathContext, where: WhereClause): Generator<Token> {
  let link: WhereClause | undefined = where;
  while (link) {
    const raw: RawCondition = link.left ?? {};
    for (let count = raw.openParen ?? 0; count > 0; count -= 1) yield '(';
    const isNegation = raw.operator === undefined;
    if (!isNegation) yield leafOf(context, raw);
    for (let count = raw.closeParen ?? 0; count > 0; count -= 1) yield ')';
    if (!('operator' in link)) return;
    yield link.operator;
    link = link.right;
  }
}

/**
 * SOQL reference, conditionExpression: operands joined by only AND or only OR, or one NOT. Mixing
 * them requires parentheses: Salesforce rejects what other languages resolve by precedence.
 */
function readGroup(
  context: PathContext,
  tokens: readonly Token[],
  start: number,
): readonly [Condition, number] {
  if (tokens[start] === 'NOT') {
    const [part, end] = readOperand(context, tokens, start + 1);
    return [{ kind: 'not', part }, end];
  }
  const [first, afterFirst] = readOperand(context, tokens, start);
  const operator = tokens[afterFirst];
  if (operator !== 'AND' && operator !== 'OR') return [first, afterFirst];
  const parts = [first];
  let position = afterFirst;
  while (tokens[position] === operator) {
    const [part, end] = readOperand(context, tokens, position + 1);
    parts.push(part);
    position = end;
  }
  return [{ kind: operator === 'AND' ? 'all' : 'any', parts }, position];
}

function readOperand(
  context: PathContext,
  tokens: readonly Token[],
  start: number,
): readonly [Condition, number] {
  const token = tokens[start];
  if (typeof token === 'object') return [token, start + 1];
  if (token !== '(') throw unexpected(context, token);
  const [inner, end] = readGroup(context, tokens, start + 1);
  if (tokens[end] !== ')') throw unexpected(context, tokens[end]);
  return [inner, end + 1];
}

function unexpected({ soql }: PathContext, token: Token | undefined): Error {
  const shown = typeof token === 'object' && 'path' in token ? token.path.text : String(token);
  const message = `unexpected token: '${token === undefined ? '<EOF>' : shown}'`;
  return errorAt(soql, ` ${shown} `, { code: 'MALFORMED_QUERY', message });
}

function leafOf(context: PathContext, raw: RawCondition): Condition {
  const { field, operator } = raw;
  if (raw.fn) throw unsupported(`the function ${raw.fn.rawValue} in a condition`);
  if (raw.valueQuery) throw unsupported('a query inside a condition');
  if (field === undefined || operator === undefined || raw.value === undefined) {
    throw new SoqlError('MALFORMED_QUERY', 'unexpected condition');
  }
  const path = resolvePath(context, field);
  if (!path.field.filterable) {
    const message = `field '${path.field.name}' can not be filtered in a query call`;
    throw errorAt(context.soql, field, { code: 'INVALID_FIELD', message });
  }
  const literals = literalsOf(raw);
  if (operator === 'IN' || operator === 'NOT IN') {
    const keys = new Set(literals.map((each) => literalKey(context.soql, path.field, each)));
    return { kind: 'in', path, keys, negated: operator === 'NOT IN' };
  }
  const [literal] = literals;
  if (!literal || !fits(path, operator)) throw invalidOperator(context, path);
  if (operator === 'LIKE') {
    if (literal.type !== 'STRING') throw invalidOperator(context, path);
    return { kind: 'like', path, pattern: likeExpression(context.soql, literal.raw) };
  }
  const key = literalKey(context.soql, path.field, literal);
  return { kind: 'compare', path, operator: operator as Comparison, key };
}

function literalsOf(raw: RawCondition): readonly Literal[] {
  const values = typeof raw.value === 'string' ? [raw.value] : (raw.value ?? []);
  return values.map((value, index) => {
    const type = typeof raw.literalType === 'string' ? raw.literalType : raw.literalType?.[index];
    return { raw: value, type: type ?? '' };
  });
}

/** True if the type supports the operator: no LIKE on Ids and times, no order of booleans. */
function fits(path: FieldPath, operator: string): boolean {
  if (operator === 'LIKE') return isTextType(path.field.type);
  if (!COMPARISONS.has(operator)) return false;
  return path.field.type !== 'boolean' || operator === '=' || operator === '!=';
}

function invalidOperator({ soql }: PathContext, { field, text }: FieldPath): Error {
  const type = isIdType(field.type) ? 'id' : field.type;
  const message = `invalid operator on ${type} field`;
  return errorAt(soql, text, { code: 'INVALID_QUERY_FILTER_OPERATOR', message });
}
