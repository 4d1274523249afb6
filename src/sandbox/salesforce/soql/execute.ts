import type { Database } from '../database.ts';
import { idKeyOf, type OrderedRows, type Row } from '../rows.ts';
import type { Field, ObjectSchema } from '../schema.ts';
import { compareKeys, type Key } from '../values.ts';
import type { Condition } from './condition.ts';
import { comparator, compile, type Predicate } from './evaluate.ts';
import type { Query } from './read-query.ts';
import { type ResultSet, resultOf, resultOfRanges } from './result-set.ts';
import { type Range, rowRangesOf } from './row-ranges.ts';

const TIME_FIELDS: ReadonlySet<string> = new Set([
  'SystemModstamp',
  'CreatedDate',
  'LastModifiedDate',
]);

/**
 * Runs a query with the cheapest complete access path: a hash index for `=` and IN, otherwise the
 * order of ORDER BY, otherwise the order of a time field that the condition limits.
 */
export function execute(database: Database, query: Query): ResultSet {
  const matches = compile(database, query.where);
  const found = rowsByKey(database, query.schema, query.where);
  if (found) return cut(query, sorted(database, query, found.filter(matches)));
  const orders = database.ordered(query.schema.name, orderFieldOf(query));
  const [only] = orders;
  const computed = database.generated(query.schema.name) !== undefined;
  if (!isInOrder(query, computed)) {
    const rows = orders.flatMap((order) => [...walk(order, query, matches)]);
    return cut(query, sorted(database, query, rows));
  }
  if (computed && only && orders.length === 1) {
    const reach = rowRangesOf(only, query.where);
    if (reach.exact) return resultOfRanges(only, reach.ranges, query);
  }
  const walks = orders.map((order) => walk(order, query, matches));
  return resultOf(take(merge(walks, orderFieldOf(query)), query));
}

/** The rows found by an indexed `=` or IN at the top level of the condition. */
function rowsByKey(
  database: Database,
  schema: ObjectSchema,
  condition: Condition | undefined,
): readonly Row[] | undefined {
  if (condition?.kind === 'all') {
    for (const part of condition.parts) {
      const rows = rowsByKey(database, schema, part);
      if (rows) return rows;
    }
    return undefined;
  }
  if (condition?.kind === 'compare' && condition.operator === '=') {
    // Do not use an index for times: their order keeps the rows sorted.
    if (condition.path.field.type === 'datetime') return undefined;
    const { steps, field } = condition.path;
    return rowsAlong(database, { type: schema.name, steps, field }, [condition.key]);
  }
  if (condition?.kind === 'in' && !condition.negated) {
    const { steps, field } = condition.path;
    return rowsAlong(database, { type: schema.name, steps, field }, condition.keys);
  }
  return undefined;
}

interface Way {
  readonly type: string;
  readonly steps: readonly Field[];
  readonly field: Field;
}

/** The rows whose path ends in one of the keys. Starts at the end of the path and goes back. */
function rowsAlong(database: Database, way: Way, keys: Iterable<Key>): readonly Row[] | undefined {
  const [step, ...further] = way.steps;
  if (!step) return rowsOf(database, way, keys);
  const [target, ...others] = step.referenceTo;
  if (target === undefined || others.length > 0) return undefined;
  const keyList = [...keys];
  // A missing parent also reads as null, and no index contains missing parents.
  if (keyList.includes(null)) return undefined;
  const ahead = rowsAlong(database, { type: target, steps: further, field: way.field }, keyList);
  return ahead && rowsOf(database, { type: way.type, field: step }, new Set(ahead.map(idKeyOf)));
}

function rowsOf(
  database: Database,
  { type, field }: Pick<Way, 'type' | 'field'>,
  keys: Iterable<Key>,
): readonly Row[] | undefined {
  const rows: Row[] = [];
  for (const key of keys) {
    const found = database.lookup(type, field, key);
    if (!found) return undefined;
    rows.push(...found);
  }
  return rows;
}

/** The field whose order fits the query best; by default Id. */
function orderFieldOf(query: Query): string {
  const [first] = query.orderBy;
  if (first) {
    const { steps, field } = first.path;
    if (steps.length === 0 && TIME_FIELDS.has(field.name)) return field.name;
    if (steps.length === 0 && field.name === 'Id' && query.orderBy.length === 1) return 'Id';
  }
  return boundedTimeField(query.where) ?? 'Id';
}

function boundedTimeField(condition: Condition | undefined): string | undefined {
  if (condition?.kind === 'compare') {
    const { steps, field } = condition.path;
    return steps.length === 0 && TIME_FIELDS.has(field.name) ? field.name : undefined;
  }
  if (condition?.kind !== 'all' && condition?.kind !== 'any') return undefined;
  return condition.parts.map(boundedTimeField).find((name) => name !== undefined);
}

/**
 * True if rows in the order of `orderFieldOf` are in the query's order. Without a complete ORDER
 * BY, only computed rows have a fixed order, that of their numbers.
 */
function isInOrder(query: Query, computed: boolean): boolean {
  const names = query.orderBy.map(({ path, descending, nullsLast }) =>
    path.steps.length > 0 || descending || nullsLast ? '' : path.field.name,
  );
  const orderField = orderFieldOf(query);
  const whole = orderField === 'Id' ? ['Id'] : [orderField, 'Id'];
  if (names.join() === whole.join()) return true;
  return computed && (names.length === 0 || names.join() === orderField);
}

function* walk(order: OrderedRows, query: Query, matches: Predicate): Generator<Row> {
  for (const { start, end } of rowRangesOf(order, query.where).ranges as readonly Range[]) {
    for (let position = start; position < end; position += 1) {
      const row = order.at(position);
      if (matches(row)) yield row;
    }
  }
}

/** Merges two ordered sequences. */
function* merge(walks: readonly Generator<Row>[], orderField: string): Generator<Row> {
  const heads = walks.map((rows) => ({ rows, row: rows.next().value as Row | undefined }));
  for (;;) {
    let least: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.row && (!least?.row || precedes(head.row, least.row, orderField))) least = head;
    }
    if (!least?.row) return;
    yield least.row;
    least.row = least.rows.next().value;
  }
}

function precedes(left: Row, right: Row, orderField: string): boolean {
  const byField = compareKeys(left.get(orderField), right.get(orderField));
  const order = orderField === 'Id' ? 0 : byField;
  return (order || compareKeys(idKeyOf(left), idKeyOf(right))) < 0;
}

function take(rows: Iterable<Row>, { offset, limit }: Query): readonly Row[] {
  const end = limit === undefined ? Number.POSITIVE_INFINITY : offset + limit;
  const taken: Row[] = [];
  let seen = 0;
  if (end === 0) return taken;
  for (const row of rows) {
    if (seen >= offset) taken.push(row);
    seen += 1;
    if (seen >= end) break;
  }
  return taken;
}

/**
 * Rows in the query's order. Ties are sorted newest first. Salesforce promises no order for ties,
 * so a client that pages without a complete order must notice.
 */
function sorted(database: Database, query: Query, rows: readonly Row[]): readonly Row[] {
  const newestFirst = [...rows].reverse();
  return query.orderBy.length === 0
    ? newestFirst
    : newestFirst.sort(comparator(database, query.orderBy));
}

function cut({ offset, limit }: Query, rows: readonly Row[]): ResultSet {
  return resultOf(rows.slice(offset, limit === undefined ? undefined : offset + limit));
}
