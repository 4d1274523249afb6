import { z } from 'zod';
import { type Note, notes } from './schema-fields.ts';
import { tenantSchema } from './tenant-schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A reference and nothing else, as secrets take it. */
const WHOLE_REFERENCE = '^\\$\\{(file:[^}]+|[A-Za-z_][A-Za-z0-9_]*)\\}$';
/** A text that holds a reference, whose value no editor can know. */
const SOME_REFERENCE = '\\$\\{[^}]+\\}';
const TITLE = 'sharetrail tenant';
const LINE_WIDTH_MAX = 100;

/**
 * JSON Schema of a tenant's file as it is written: with references where it has texts. Draft 7,
 * which the YAML language server and thereby most editors know best.
 */
export function tenantJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(tenantSchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      adapt(jsonSchema, notes.get(zodSchema), path.at(-1) === 'flow');
    },
  });
  const { $schema, ...rest } = schema;
  return { ...($schema ? { $schema } : {}), title: TITLE, ...rest };
}

/** The text of `config/tenant.schema.json`, laid out as the project's formatter does it. */
export function renderTenantJsonSchema(): string {
  const text = JSON.stringify(tenantJsonSchema(), null, 2);
  const joined = text.replace(/^(.*)\[\n(?:\s+"[^"\n]*",?\n)+\s+\](,?)$/gm, (lines) => {
    const line = lines
      .replace(/\[\n\s+/, '[')
      .replace(/\n\s+\]/, ']')
      .replace(/,\n\s+/g, ', ');
    return line.length <= LINE_WIDTH_MAX ? line : lines;
  });
  return `${joined}\n`;
}

function adapt(schema: JsonSchema, note: Note | undefined, isFlow: boolean): void {
  if (note?.defaultText) schema.description += ` Default: ${note.defaultText}.`;
  if (note?.secret) {
    schema.type = 'string';
    if (note.secret === 'reference') schema.pattern = WHOLE_REFERENCE;
  }
  // A wrapper (a default, an optional key) comes with what its inner schema was made into.
  if (schema.pattern === WHOLE_REFERENCE || schema.type !== 'string') return;
  const { format, pattern } = schema;
  // zod's own patterns say no more than a format or "not empty", only at length.
  if (format !== undefined || note?.pattern === undefined) delete schema.pattern;
  if (note?.pattern) schema.pattern = note.pattern;
  else if (pattern !== undefined && format === undefined) schema.minLength = 1;
  // Told apart by a flow that stands there as it is, an editor can say which keys belong to it.
  if (!isFlow) allowReference(schema);
}

const TEXT_RULES = ['const', 'enum', 'pattern', 'format'] as const;

function allowReference(schema: JsonSchema): void {
  const own: Record<string, unknown> = { type: 'string' };
  for (const rule of TEXT_RULES) {
    if (schema[rule] !== undefined) own[rule] = schema[rule];
    delete schema[rule];
  }
  if (Object.keys(own).length === 1) return;
  delete schema.type;
  schema.anyOf = [own, { type: 'string', pattern: SOME_REFERENCE }];
}
