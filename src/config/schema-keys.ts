import type { z } from 'zod';
import { type AnnotatedSchema, annotatedSchema } from './json-schema.ts';
import type { KeyPath } from './key-path.ts';

/** One key of a configuration file, as its schema describes it. */
export interface SchemaKey extends Omit<AnnotatedSchema, 'required'> {
  /** `[]` represents every item of a list */
  readonly path: readonly string[];
  readonly required: boolean;
  /** the flow that has this key, if its mapping is selected by a `flow` */
  readonly flow: string | undefined;
}

const LIST_ITEM = '[]';

const keysBySchema = new WeakMap<z.ZodType, readonly SchemaKey[]>();

/** Every key of a schema, in the order of the file; a key of several flows once for each. */
export function listKeys(schema: z.ZodType): readonly SchemaKey[] {
  const keys = keysBySchema.get(schema) ?? keysBelow(annotatedSchema(schema), { path: [] });
  keysBySchema.set(schema, keys);
  return keys;
}

/** `googleDrive.sharedDrives[].id`, for the path of a schema key or of a value. */
export function keyName(path: KeyPath): string {
  const steps = path.map((step) => (typeof step === 'number' ? LIST_ITEM : String(step)));
  return steps.join('.').replaceAll(`.${LIST_ITEM}`, LIST_ITEM);
}

interface Parent {
  readonly path: readonly string[];
  readonly flow?: string;
}

function keysBelow(schema: AnnotatedSchema, { path, flow }: Parent): SchemaKey[] {
  const { properties = {}, required = [], items, oneOf = [], anyOf = [] } = schema;
  const own = Object.entries(properties).flatMap(([name, child]) => {
    const below = { path: [...path, name] };
    const key = { ...child, ...below, required: required.includes(name), flow };
    return [key, ...keysBelow(child, below)];
  });
  return [
    ...own,
    ...(items ? keysBelow(items, { path: [...path, LIST_ITEM] }) : []),
    ...oneOf.flatMap((option) => keysBelow(option, { path, flow: flowOf(option) })),
    ...anyOf.flatMap((option) => keysBelow(option, { path })),
  ];
}

function flowOf(option: AnnotatedSchema): string {
  return String(option.properties?.['flow']?.const);
}
