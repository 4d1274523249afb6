import type { Database } from '../database.ts';
import type { Row } from '../rows.ts';
import { NAME_SCHEMA } from '../schema.ts';
import { compareKeys, type Key, keyOf, type Value } from '../values.ts';
import type { Comparison, Condition } from './condition.ts';
import type { FieldPath } from './field-paths.ts';
import type { OrderItem } from './read-query.ts';

export type Predicate = (row: Row) => boolean;

const HOLDS: Readonly<Record<Comparison, (left: Key, right: Key) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left !== null && right !== null && left < right,
  '<=': (left, right) => left !== null && right !== null && left <= right,
  '>': (left, right) => left !== null && right !== null && left > right,
  '>=': (left, right) => left !== null && right !== null && left >= right,
};

/** Compiles a test of a row: it matches the condition and is visible to the API user now. */
export function compile(database: Database, condition: Condition | undefined): Predicate {
  const now = database.now();
  const matches = condition ? compileCondition(database, condition) : () => true;
  return (row) => row.isVisible(now) && matches(row);
}

function compileCondition(database: Database, condition: Condition): Predicate {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const parts = condition.parts.map((part) => compileCondition(database, part));
      return condition.kind === 'all'
        ? (row) => parts.every((part) => part(row))
        : (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const part = compileCondition(database, condition.part);
      return (row) => !part(row);
    }
    case 'like':
      return compileLike(database, condition.path, condition.pattern);
    case 'in': {
      const read = keyReader(database, condition.path);
      return (row) => condition.keys.has(read(row)) !== condition.negated;
    }
    case 'compare': {
      const read = keyReader(database, condition.path);
      const holds = HOLDS[condition.operator];
      return (row) => holds(read(row), condition.key);
    }
  }
}

function compileLike(database: Database, path: FieldPath, pattern: RegExp): Predicate {
  return (row) => {
    const value = valueAt(database, row, path);
    return typeof value === 'string' && pattern.test(value);
  };
}

function keyReader(database: Database, path: FieldPath): (row: Row) => Key {
  return (row) => keyOf(path.field, valueAt(database, row, path));
}

/** The value at the end of the path; null if a record on the path is missing or hidden. */
function valueAt(database: Database, row: Row, path: FieldPath): Value {
  let current: Row | undefined = row;
  let polymorphic = false;
  for (const step of path.steps) {
    current = current && database.follow(current, step);
    polymorphic = database.catalog.target(step) === NAME_SCHEMA;
  }
  if (!current) return null;
  return polymorphic && path.field.name === 'Type' ? current.type : current.get(path.field.name);
}

/** Compares two rows by ORDER BY; returns 0 for ties. */
export function comparator(
  database: Database,
  orderBy: readonly OrderItem[],
): (left: Row, right: Row) => number {
  const items = orderBy.map(({ path, descending, nullsLast }) => ({
    read: keyReader(database, path),
    sign: descending ? -1 : 1,
    nullSign: nullsLast ? 1 : -1,
  }));
  return (left, right) => {
    for (const { read, sign, nullSign } of items) {
      const order = compareWithNulls(read(left), read(right), { sign, nullSign });
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareWithNulls(
  left: Key,
  right: Key,
  { sign, nullSign }: { readonly sign: number; readonly nullSign: number },
): number {
  if (left === null || right === null) {
    return left === right ? 0 : left === null ? nullSign : -nullSign;
  }
  return compareKeys(left, right) * sign;
}
