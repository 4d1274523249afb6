import { idKey, isId } from '../ids.ts';
import type { Field } from '../schema.ts';
import { isIdType, isNumberType, isTextType, type Key, wholeSecond } from '../values.ts';
import { errorAt, unsupported } from './error.ts';

/** SOQL guide, "quoted strings": at most 4,000 characters. */
const LITERAL_LENGTH_MAX = 4000;

/** SOQL and SOSL reference, "Quoted String Escape Sequences": only these. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  N: '\n',
  r: '\r',
  R: '\r',
  t: '\t',
  T: '\t',
  b: '\b',
  B: '\b',
  f: '\f',
  F: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
  _: '_',
  '%': '%',
};
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A literal from the parser: `raw` includes the quotes, `type` is the parser's name for it. */
export interface Literal {
  readonly raw: string;
  readonly type: string;
}

/** The literal as a comparison key of this field. Throws SoqlError if it does not fit. */
export function literalKey(soql: string, field: Field, literal: Literal): Key {
  if (literal.type === 'NULL') return null;
  if (literal.type.startsWith('DATE_')) throw unsupported(`the date literal ${literal.raw}`);
  if (literal.type === 'STRING') return stringKey(soql, field, literal.raw);
  if (literal.type === 'BOOLEAN' && field.type === 'boolean') {
    return literal.raw.toUpperCase() === 'TRUE';
  }
  if (isNumberType(field.type) && (literal.type === 'INTEGER' || literal.type === 'DECIMAL')) {
    return Number(literal.raw);
  }
  if (literal.type === 'DATETIME' && field.type === 'datetime') {
    return timeOf(soql, literal.raw);
  }
  if (literal.type === 'DATE' && field.type === 'date') return dayOf(soql, literal.raw);
  throw wrongType(soql, field, literal.raw);
}

/** The regular expression of a LIKE pattern: `%` is any text, `_` one character; ignores case. */
export function likeExpression(soql: string, raw: string): RegExp {
  const source = [...pieces(soql, raw)].map(({ text, escaped }) => {
    if (!escaped && text === '%') return '.*';
    return !escaped && text === '_' ? '.' : RegExp.escape(text);
  });
  return new RegExp(`^${source.join('')}$`, 'is');
}

function stringKey(soql: string, field: Field, raw: string): Key {
  let text = '';
  for (const piece of pieces(soql, raw)) text += piece.text;
  if (isIdType(field.type)) {
    if (text === '') return null;
    if (isId(text)) return idKey(text);
    const message = `invalid ID field: ${text}`;
    throw errorAt(soql, raw, { code: 'INVALID_QUERY_FILTER_OPERATOR', message });
  }
  if (!isTextType(field.type)) throw wrongType(soql, field, raw);
  // SOQL has no empty text: = '' finds the same rows as = null.
  return text === '' ? null : text.toLowerCase();
}

interface Piece {
  readonly text: string;
  readonly escaped: boolean;
}

function* pieces(soql: string, raw: string): Generator<Piece> {
  const inner = raw.slice(1, -1);
  if (inner.length > LITERAL_LENGTH_MAX) {
    const message = `String literal is longer than ${LITERAL_LENGTH_MAX} characters`;
    throw errorAt(soql, raw, { code: 'MALFORMED_QUERY', message });
  }
  for (let position = 0; position < inner.length; position += 1) {
    const character = inner.charAt(position);
    if (character !== '\\') {
      yield { text: character, escaped: false };
      continue;
    }
    position += 1;
    const escaped = inner.charAt(position);
    const text = ESCAPES[escaped];
    if (text === undefined) throw illegalEscape(soql, raw, escaped);
    yield { text, escaped: true };
  }
}

function illegalEscape(soql: string, raw: string, escaped: string): Error {
  const message =
    `Invalid string literal ${raw}. ` +
    `Illegal character sequence '\\${escaped}' in string literal.`;
  return errorAt(soql, raw, { code: 'MALFORMED_QUERY', message });
}

function timeOf(soql: string, raw: string): number {
  const withColon = raw.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  const ms = DATETIME.test(raw) ? Date.parse(withColon) : Number.NaN;
  if (Number.isNaN(ms) || !isDay(raw.slice(0, 10))) throw noSuchTime(soql, raw);
  return wholeSecond(ms);
}

function dayOf(soql: string, raw: string): string {
  if (!DATE.test(raw) || !isDay(raw)) throw noSuchTime(soql, raw);
  return raw;
}

/** True if the calendar day exists: Date.parse accepts February 30 as a day in March. */
function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day;
}

function noSuchTime(soql: string, raw: string): Error {
  return errorAt(soql, raw, { code: 'MALFORMED_QUERY', message: `Invalid date: ${raw}` });
}

/** Error messages in the words of real orgs. */
function wrongType(soql: string, field: Field, raw: string): Error {
  const type =
    field.type === 'datetime' ? 'dateTime' : isTextType(field.type) ? 'string' : field.type;
  const quoted = isTextType(field.type) || isIdType(field.type);
  const quotes = quoted ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  const message =
    `value of filter criterion for field '${field.name}' ` +
    `must be of type ${type} and ${quotes}`;
  return errorAt(soql, raw, { code: 'INVALID_FIELD', message });
}
