import { Ajv, type ErrorObject } from 'ajv';
import { contentSharedSchema, type SchemaEdition } from './content-shared-schema.ts';
import { TEXT_FORMATS, type TextFormat } from './text-formats.ts';

/** Sentences in Gong's style, one for each place that is wrong; none for a good body. */
export type BodyCheck = (body: unknown) => readonly string[];

/** Compiles the schema once; `edition` chooses the object types that are allowed. */
export function createBodyCheck(edition: SchemaEdition = 'today'): BodyCheck {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true });
  for (const [name, format] of Object.entries(TEXT_FORMATS)) ajv.addFormat(name, format.accepts);
  const validate = ajv.compile(contentSharedSchema(edition));
  return (body) => (validate(body) ? [] : sentencesOf(validate.errors ?? []));
}

function sentencesOf(errors: readonly ErrorObject[]): readonly string[] {
  // The first complaint about a place is the telling one: a null is no string, enum or format.
  const byPlace = new Map<string, string>();
  for (const error of errors) {
    if (error.keyword === 'if') continue;
    const place = placeOf(error);
    if (!byPlace.has(place)) byPlace.set(place, complaintOf(error));
  }
  return [...byPlace].map(([place, complaint]) => `${place}: ${complaint}`);
}

/** `recipients[0].email` for the pointer `/recipients/0/email` */
function placeOf(error: ErrorObject): string {
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

function complaintOf(error: ErrorObject): string {
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
