import { Ajv, type ErrorObject } from 'ajv';
import { contentSharedSchema, type SchemaEdition } from './content-shared-schema.ts';
import { TEXT_FORMATS, type TextFormat } from './text-formats.ts';

/** Returns error sentences in Gong's style, one per invalid place; none for a valid body. */
export type BodyCheck = (body: unknown) => readonly string[];

/** Compiles the schema once; `edition` selects the allowed object types. */
export function createBodyCheck(edition: SchemaEdition = 'today'): BodyCheck {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true });
  for (const [name, format] of Object.entries(TEXT_FORMATS)) ajv.addFormat(name, format.accepts);
  const validate = ajv.compile(contentSharedSchema(edition));
  return (body) => (validate(body) ? [] : sentencesOf(validate.errors ?? []));
}

function sentencesOf(errors: readonly ErrorObject[]): readonly string[] {
  // Keep the first error of each place: a null also fails as a string, an enum, and a format.
  const byPath = new Map<string, string>();
  for (const error of errors) {
    if (error.keyword === 'if') continue;
    const path = pathOf(error);
    if (!byPath.has(path)) byPath.set(path, messageOf(error));
  }
  return [...byPath].map(([path, message]) => `${path}: ${message}`);
}

/** `recipients[0].email` for the pointer `/recipients/0/email` */
function pathOf(error: ErrorObject): string {
  const steps = error.instancePath.split('/').slice(1).map(unescapePointer);
  const extra: unknown = error.params['missingProperty'] ?? error.params['additionalProperty'];
  if (typeof extra === 'string') steps.push(extra);
  if (steps.length === 0) return 'request body';
  return steps
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`))
    .join('');
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function messageOf(error: ErrorObject): string {
  if (error.keyword === 'required' || error.data === null) return 'must not be null';
  switch (error.keyword) {
    case 'additionalProperties':
      return 'is not a known field';
    case 'type':
      return `must be of type ${typeNames(error.params['type'])}`;
    case 'enum':
      return `must be one of ${stringsOf(error.params['allowedValues']).join(', ')}`;
    case 'minItems':
    case 'minProperties':
      return 'must not be empty';
    case 'format':
      return formatSentence(error.params['format']);
    default:
      return error.message ?? 'is not valid';
  }
}

function typeNames(type: unknown): string {
  return typeof type === 'string' ? type : stringsOf(type).join(' or ');
}

function stringsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.map(String) : [];
}

function formatSentence(name: unknown): string {
  const formats: Readonly<Record<string, TextFormat>> = TEXT_FORMATS;
  return formats[String(name)]?.sentence ?? 'is not valid';
}
