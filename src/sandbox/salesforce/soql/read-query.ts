import {
  type OrderByClause,
  type Query as ParsedQuery,
  parseQuery,
} from '@jetstreamapp/soql-parser-js';
import { messageOf } from '../../../lib/errors.ts';
import type { Field, ObjectSchema } from '../schema.ts';
import type { SchemaCatalog } from '../schema-catalog.ts';
import { type Condition, conditionOf } from './condition.ts';
import { errorAt, SoqlError, unsupported } from './error.ts';
import { type FieldPath, type PathContext, resolvePath } from './field-paths.ts';

/** SOQL reference: a statement has at most 100,000 characters. */
export const SOQL_LENGTH_MAX = 100_000;
/** SOQL reference: OFFSET is at most 2,000. */
const OFFSET_MAX = 2000;

export interface OrderItem {
  readonly path: FieldPath;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** The selected fields, grouped by the record that they belong to. */
export interface Selection {
  readonly fields: readonly Field[];
  readonly parents: readonly { readonly reference: Field; readonly selection: Selection }[];
}

export interface Query {
  readonly schema: ObjectSchema;
  /** undefined for SELECT COUNT() */
  readonly selection: Selection | undefined;
  readonly where: Condition | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: number | undefined;
  readonly offset: number;
}

/** Parses a query and checks it against the objects that the API user sees. Throws SoqlError. */
export function readQuery(catalog: SchemaCatalog, soql: string): Query {
  if (soql.length > SOQL_LENGTH_MAX) {
    const message = `SOQL statements cannot be longer than ${SOQL_LENGTH_MAX} characters.`;
    throw new SoqlError('MALFORMED_QUERY', message);
  }
  const parsed = parse(soql);
  refuseUnsupported(parsed);
  const schema = catalog.object(parsed.sObject ?? '');
  if (!schema) throw unknownObject(soql, parsed.sObject ?? '');
  const context: PathContext = { soql, catalog, schema };
  if ((parsed.offset ?? 0) > OFFSET_MAX) {
    const message = `Maximum SOQL offset allowed is ${OFFSET_MAX}`;
    throw errorAt(soql, 'OFFSET', { code: 'NUMBER_OUTSIDE_VALID_RANGE', message });
  }
  return {
    schema,
    selection: selectionOf(context, parsed),
    where: parsed.where && conditionOf(context, parsed.where),
    orderBy: [parsed.orderBy ?? []].flat().map((clause) => orderItemOf(context, clause)),
    limit: parsed.limit,
    offset: parsed.offset ?? 0,
  };
}

function parse(soql: string): ParsedQuery {
  try {
    return parseQuery(soql);
  } catch (error) {
    const [, found] = /but found: '([^']*)'/.exec(messageOf(error)) ?? [];
    const token = found === undefined || found === '' ? '<EOF>' : found;
    const message = `unexpected token: '${token}'`;
    throw errorAt(soql, token, { code: 'MALFORMED_QUERY', message });
  }
}

function refuseUnsupported(parsed: ParsedQuery): void {
  const refused = {
    'GROUP BY': parsed.groupBy,
    HAVING: parsed.having,
    'an alias of the object': parsed.sObjectAlias,
    'USING SCOPE': parsed.usingScope,
    'WITH DATA CATEGORY': parsed.withDataCategory,
    'FOR VIEW, FOR REFERENCE or FOR UPDATE': parsed.for,
    UPDATE: parsed.update,
  };
  for (const [what, clause] of Object.entries(refused)) {
    if (clause !== undefined) throw unsupported(what);
  }
}

function unknownObject(soql: string, name: string): Error {
  const message =
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be ` +
    `sure to append the '__c' after the entity name. ` +
    'Please reference your WSDL or the describe call for the appropriate names.';
  return errorAt(soql, name, { code: 'INVALID_TYPE', message });
}

function selectionOf(context: PathContext, parsed: ParsedQuery): Selection | undefined {
  const paths: FieldPath[] = [];
  for (const selected of parsed.fields ?? []) {
    if (selected.type === 'FieldFunctionExpression') {
      if (isCount(selected) && parsed.fields?.length === 1) return undefined;
      throw unsupported(`${selected.rawValue} in a SELECT`);
    }
    if (selected.type === 'FieldSubquery' || selected.type === 'FieldTypeof') {
      throw unsupported('a sub-query or TYPEOF in a SELECT');
    }
    if ('alias' in selected && selected.alias !== undefined) {
      const message = 'only aggregate expressions use field aliasing';
      throw errorAt(context.soql, selected.alias, { code: 'MALFORMED_QUERY', message });
    }
    const steps = selected.type === 'FieldRelationship' ? selected.relationships : [];
    paths.push(resolvePath(context, [...steps, selected.field].join('.')));
  }
  refuseDuplicates(context, paths);
  return groupPaths(paths, 0);
}

function isCount(selected: { functionName: string; parameters: readonly unknown[] }): boolean {
  return selected.functionName.toUpperCase() === 'COUNT' && selected.parameters.length === 0;
}

function refuseDuplicates({ soql }: PathContext, paths: readonly FieldPath[]): void {
  const seen = new Set<string>();
  for (const { text } of paths) {
    if (seen.has(text.toLowerCase())) {
      const message = `duplicate field selected: ${text}`;
      throw errorAt(soql, text, { code: 'INVALID_FIELD', message });
    }
    seen.add(text.toLowerCase());
  }
}

function groupPaths(paths: readonly FieldPath[], depth: number): Selection {
  const parents = new Map<Field, FieldPath[]>();
  for (const path of paths) {
    const reference = path.steps[depth];
    if (!reference) continue;
    const same = parents.get(reference);
    if (same) same.push(path);
    else parents.set(reference, [path]);
  }
  return {
    fields: paths.filter(({ steps }) => steps.length === depth).map(({ field }) => field),
    parents: [...parents].map(([reference, below]) => ({
      reference,
      selection: groupPaths(below, depth + 1),
    })),
  };
}

function orderItemOf(context: PathContext, clause: OrderByClause): OrderItem {
  if (!('field' in clause)) throw unsupported('a function in ORDER BY');
  const path = resolvePath(context, clause.field);
  if (!path.field.sortable) {
    const message = `field '${path.field.name}' can not be sorted in a query call`;
    throw errorAt(context.soql, clause.field, { code: 'MALFORMED_QUERY', message });
  }
  const descending = clause.order === 'DESC';
  // SOQL reference: nulls come first by default, even with DESC.
  return { path, descending, nullsLast: clause.nulls === 'LAST' };
}
