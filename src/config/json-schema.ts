import { z } from 'zod';
import { type KeyMeta, ONE_LINE } from './schema-fields.ts';
import { serviceSchema } from './service-schema.ts';
import { tenantSchema } from './tenant-schema.ts';

/** The part of JSON Schema that our schemas use, with the KeyMeta of each key. */
export interface AnnotatedSchema extends Partial<KeyMeta> {
  readonly $schema?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minLength?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, AnnotatedSchema>>;
  readonly required?: readonly string[];
  readonly items?: AnnotatedSchema;
  readonly anyOf?: readonly AnnotatedSchema[];
  /** mappings that differ in their `flow` */
  readonly oneOf?: readonly AnnotatedSchema[];
}

/** A reference and nothing else, as a secret must be. */
const WHOLE_REFERENCE = '^\\$\\{(file:[^}]+|[A-Za-z_][A-Za-z0-9_]*)\\}$';
/** A text that contains a reference: an editor cannot know its value. */
const SOME_REFERENCE = '\\$\\{[^}]+\\}';
/** The YAML language server, and so most editors, support draft 7 best. */
const TARGET = 'draft-7';

/** Describes a file as a user writes it: defaults can be omitted, references are not resolved. */
export function annotatedSchema(schema: z.ZodType): AnnotatedSchema {
  return z.toJSONSchema(schema, {
    target: TARGET,
    io: 'input',
    unrepresentable: 'any',
  }) as AnnotatedSchema;
}

const FILES = { tenant: tenantSchema, service: serviceSchema };

/** The text of `config/tenant.schema.json` or `config/sharetrail.schema.json`. */
export function renderJsonSchema(file: keyof typeof FILES): string {
  const { $schema, ...rest } = publish(annotatedSchema(FILES[file]));
  const head = { $schema, $id: `urn:sharetrail:${file}`, title: `sharetrail ${file}` };
  return `${JSON.stringify({ ...head, ...rest }, null, 2)}\n`;
}

/** Removes the annotations, and allows references in texts. */
function publish(schema: AnnotatedSchema, name?: string): AnnotatedSchema {
  const { expected, secret, hidden, defaultText, ...kept } = schema;
  const described =
    defaultText === undefined
      ? kept
      : { ...kept, description: `${kept.description} Default: ${defaultText}.` };
  if (secret === 'reference') return { ...described, type: 'string', pattern: WHOLE_REFERENCE };
  if (secret === 'text') return { ...described, type: 'string' };
  // Without references in `flow`, an editor can say which keys belong to it.
  if (schema.type === 'string') return name === 'flow' ? described : allowReference(described);
  const { properties, items, anyOf, oneOf } = schema;
  return {
    ...described,
    ...(properties && { properties: publishEach(properties) }),
    ...(items && { items: publish(items) }),
    ...(anyOf && { anyOf: anyOf.map((option) => publish(option)) }),
    ...(oneOf && { oneOf: oneOf.map((option) => publish(option)) }),
  };
}

function publishEach(
  properties: Readonly<Record<string, AnnotatedSchema>>,
): Record<string, AnnotatedSchema> {
  const entries = Object.entries(properties);
  return Object.fromEntries(entries.map(([name, schema]) => [name, publish(schema, name)]));
}

function allowReference(schema: AnnotatedSchema): AnnotatedSchema {
  const { type, const: only, enum: choices, pattern, format, ...rest } = schema;
  // A reference is one line too.
  if (pattern === ONE_LINE.source) return { ...rest, type: 'string', minLength: 1 };
  const literal = {
    type: 'string',
    ...(only !== undefined && { const: only }),
    ...(choices && { enum: choices }),
    // zod adds a long pattern to a format.
    ...(format === undefined ? pattern !== undefined && { pattern } : { format }),
  };
  return { ...rest, anyOf: [literal, { type: 'string', pattern: SOME_REFERENCE }] };
}
