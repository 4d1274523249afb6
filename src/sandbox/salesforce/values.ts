import { idKey, isId, to18 } from './ids.ts';
import type { Field, FieldType } from './schema.ts';

/**
 * A stored value: text, an 18-character Id, a number, a boolean, a day as YYYY-MM-DD, or a time in
 * epoch milliseconds, rounded down to the second (Salesforce stores record times to the second).
 */
export type Value = string | number | boolean | null;

/** A normalized value: comparing keys compares values as SOQL does. */
export type Key = string | number | boolean | null;

const NUMBER_TYPES: ReadonlySet<FieldType> = new Set(['int', 'double', 'currency', 'percent']);
const ID_TYPES: ReadonlySet<FieldType> = new Set(['id', 'reference']);
const TEXT_TYPES: ReadonlySet<FieldType> = new Set([
  'string',
  'email',
  'phone',
  'url',
  'picklist',
  'textarea',
]);

export const isNumberType = (type: FieldType): boolean => NUMBER_TYPES.has(type);
export const isIdType = (type: FieldType): boolean => ID_TYPES.has(type);
export const isTextType = (type: FieldType): boolean => TEXT_TYPES.has(type);

export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** SOQL ignores case in text, accepts both forms of Ids, and compares times by the second. */
export function keyOf(field: Field, value: Value): Key {
  if (typeof value !== 'string') return value;
  if (isIdType(field.type)) return idKey(value);
  return field.type === 'date' ? value : value.toLowerCase();
}

/** Orders keys of one field; null comes first, as in SOQL's default ascending order. */
export function compareKeys(left: Key, right: Key): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

/** Converts a value for storing. Throws if it does not fit the field. */
export function storeValue(field: Field, input: unknown): Value {
  if (input === null || input === undefined || input === '') {
    return field.type === 'boolean' ? false : null;
  }
  if (field.type === 'datetime') return storeTime(field, input);
  if (field.type === 'boolean' && typeof input === 'boolean') return input;
  if (isNumberType(field.type) && typeof input === 'number') return input;
  if (typeof input === 'string') return storeText(field, input);
  throw new TypeError(`${field.name} takes a ${field.type}, not ${JSON.stringify(input)}`);
}

function storeTime(field: Field, input: unknown): number {
  const ms = typeof input === 'string' ? Date.parse(input) : input;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) {
    throw new TypeError(`${field.name} takes a time, not ${JSON.stringify(input)}`);
  }
  return wholeSecond(ms);
}

function storeText(field: Field, input: string): string {
  const fits =
    (isIdType(field.type) && isId(input)) ||
    (field.type === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(input)) ||
    (isTextType(field.type) && input.length <= field.length);
  if (!fits)
    throw new TypeError(`${field.name} takes a ${field.type}, not ${JSON.stringify(input)}`);
  return isIdType(field.type) ? to18(input) : input;
}

/** The value as in REST API responses: times as 2026-11-01T10:00:00.000+0000. */
export function renderValue(field: Field, value: Value): Value {
  if (field.type !== 'datetime' || typeof value !== 'number') return value;
  return new Date(value).toISOString().replace('Z', '+0000');
}
