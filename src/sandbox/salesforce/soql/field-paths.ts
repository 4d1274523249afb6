import { type Field, NAME_SCHEMA, type ObjectSchema } from '../schema.ts';
import type { SchemaCatalog } from '../schema-catalog.ts';
import { errorAt } from './error.ts';

/** SOQL reference: at most five steps from child to parent. */
const STEPS_MAX = 5;

/** A field of the row or of a referenced record, such as ContentVersion.Title. */
export interface FieldPath {
  /** the path as spelled in the query */
  readonly text: string;
  readonly steps: readonly Field[];
  readonly field: Field;
}

export interface PathContext {
  readonly soql: string;
  readonly catalog: SchemaCatalog;
  readonly schema: ObjectSchema;
}

/** Throws SoqlError INVALID_FIELD, in Salesforce's words, for an unknown name in the path. */
export function resolvePath(context: PathContext, text: string): FieldPath {
  const names = text.split('.');
  // In a query of Contact, `Contact.Email` is the field `Email`.
  if (names.length > 1 && names[0]?.toLowerCase() === context.schema.name.toLowerCase()) {
    names.shift();
  }
  const last = names.pop() ?? '';
  const steps: Field[] = [];
  let schema = context.schema;
  for (const name of names) {
    const step = schema.relationships.get(name.toLowerCase());
    const target = step && targetOf(context.catalog, step);
    if (!step || !target || steps.length === STEPS_MAX) throw unknownRelationship(context, name);
    steps.push(step);
    schema = target;
  }
  const field = schema.fields.get(last.toLowerCase());
  if (!field) throw unknownField(context, schema, last);
  return { text, steps, field };
}

/** The object behind a reference, as the API user sees it; undefined if it is hidden. */
function targetOf(catalog: SchemaCatalog, step: Field): ObjectSchema | undefined {
  const target = catalog.target(step);
  return target === NAME_SCHEMA ? target : target && catalog.object(target.name);
}

function unknownRelationship({ soql }: PathContext, name: string): Error {
  const message =
    `Didn't understand relationship '${name}' in field path. If you are attempting to use a ` +
    `custom relationship, be sure to append the '__r' after the custom relationship name. ` +
    'Please reference your WSDL or the describe call for the appropriate names.';
  return errorAt(soql, name, { code: 'INVALID_FIELD', message });
}

function unknownField({ soql }: PathContext, schema: ObjectSchema, name: string): Error {
  const message =
    `No such column '${name}' on entity '${schema.name}'. If you are attempting to use a custom ` +
    `field, be sure to append the '__c' after the custom field name. ` +
    'Please reference your WSDL or the describe call for the appropriate names.';
  return errorAt(soql, name, { code: 'INVALID_FIELD', message });
}
