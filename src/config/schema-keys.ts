import { z } from 'zod';
import type { KeyPath } from './key-path.ts';
import { notes } from './schema-fields.ts';

/** One key of a configuration file, as its schema tells it. */
export interface SchemaKey {
  /** items of a list stand under `[]` */
  readonly path: readonly string[];
  readonly expected: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: unknown;
  readonly defaultText: string | undefined;
  readonly secret: 'reference' | 'text' | undefined;
  readonly hidden: boolean;
  /** the flow that has this key, where its mapping is told apart by `flow` */
  readonly flow: string | undefined;
}

export const LIST_ITEM = '[]';

/** Every key of a schema, in the order of the file; a key of several flows once for each. */
export function listKeys(schema: z.core.$ZodType): SchemaKey[] {
  return childrenOf(unwrap(schema).inner).flatMap((child) => keysBelow(child, []));
}

/** The same path with `[]` for each index, as `listKeys` writes it. */
export function schemaPath(path: KeyPath): string[] {
  return path.map((step) => (typeof step === 'number' ? LIST_ITEM : String(step)));
}

interface Child {
  /** one step, or two where a list's items are mappings */
  readonly steps: readonly string[];
  readonly schema: z.core.$ZodType;
  readonly flow?: string;
}

function keysBelow(child: Child, parent: readonly string[]): SchemaKey[] {
  const path = [...parent, ...child.steps];
  const { inner, required, default: fallback, description } = unwrap(child.schema);
  const note = noteOf(child.schema);
  const key: SchemaKey = {
    path,
    expected: note?.expected ?? expectedOf(inner),
    description: description ?? '',
    required,
    default: fallback,
    defaultText: note?.defaultText,
    secret: note?.secret,
    hidden: note?.hidden ?? false,
    flow: child.flow,
  };
  return [key, ...childrenOf(inner).flatMap((grandchild) => keysBelow(grandchild, path))];
}

function childrenOf(schema: z.core.$ZodType): Child[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(schema.shape).map(([name, child]) => ({
      steps: [name],
      schema: child,
    }));
  }
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap(flowChildren);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(childrenOf);
  if (schema instanceof z.ZodArray) {
    return childrenOf(unwrap(schema.element).inner).map((child) => ({
      ...child,
      steps: [LIST_ITEM, ...child.steps],
    }));
  }
  return [];
}

function flowChildren(option: z.core.$ZodType): Child[] {
  const children = childrenOf(option);
  const literal = children.find(({ steps }) => steps[0] === 'flow')?.schema;
  const flow = literal instanceof z.ZodLiteral ? String(literal.value) : '';
  return children.map((child) => ({ ...child, flow }));
}

interface Unwrapped {
  /** without defaults, optionality and what comes after parsing */
  readonly inner: z.core.$ZodType;
  readonly required: boolean;
  readonly default: unknown;
  readonly description: string | undefined;
}

function unwrap(schema: z.core.$ZodType): Unwrapped {
  const description = z.globalRegistry.get(schema)?.description;
  const next = wrapped(schema);
  if (!next) return { inner: schema, required: true, default: undefined, description };
  const below = unwrap(next.schema);
  return {
    inner: below.inner,
    required: next.required && below.required,
    default: next.default ?? below.default,
    description: description ?? below.description,
  };
}

function wrapped(
  schema: z.core.$ZodType,
): { schema: z.core.$ZodType; required: boolean; default?: unknown } | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const { innerType, defaultValue } = schema.def;
    return { schema: innerType, required: false, default: defaultValue };
  }
  if (schema instanceof z.ZodExactOptional) {
    return { schema: schema.def.innerType, required: false };
  }
  if (schema instanceof z.ZodPipe) return { schema: schema.def.in, required: true };
  return undefined;
}

function noteOf(schema: z.core.$ZodType): ReturnType<typeof notes.get> {
  const next = wrapped(schema);
  return notes.get(schema) ?? (next && noteOf(next.schema));
}

function expectedOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodLiteral) return `\`${String(schema.value)}\``;
  return schema instanceof z.ZodObject ? 'a mapping' : '';
}
