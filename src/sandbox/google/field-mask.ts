import { ApiError } from './responses.ts';

/** The requested fields by name, each with a mask of its subfields; undefined: all of them. */
export type FieldMask = ReadonlyMap<string, FieldMask | undefined>;
/** The existing fields; `null`: subfields are not checked. */
export interface FieldNames {
  readonly [name: string]: FieldNames | null;
}

const TOKEN = /[\w$-]+|[*(),/]/gy;

/**
 * Parses `fields`, Google's partial response: `kind,files(id,owners/emailAddress)`. Throws ApiError
 * for a syntax error, and for fields that the response does not have.
 */
export function parseFields(text: string, names: FieldNames): FieldMask {
  const tokens = tokensOf(text);
  let position = 0;
  const list = (known: FieldNames | null): FieldMask => {
    const mask = new Map<string, FieldMask | undefined>();
    do {
      const [name, submask] = path(known);
      const before = mask.get(name);
      const both = before && submask ? new Map([...before, ...submask]) : undefined;
      mask.set(name, mask.has(name) ? both : submask);
    } while (tokens[position] === ',' && position++ >= 0);
    return mask;
  };
  const path = (known: FieldNames | null): readonly [string, FieldMask | undefined] => {
    const name = tokens[position++] ?? '';
    const isName = name === '*' || /^[\w$-]/.test(name);
    if (!isName || (known && name !== '*' && !(name in known))) throw badField(name || text);
    const inner = name === '*' ? null : (known?.[name] ?? null);
    if (tokens[position] === '/') {
      position += 1;
      return [name, new Map([path(inner)])];
    }
    if (tokens[position] !== '(') return [name, undefined];
    position += 1;
    const submask = list(inner);
    if (tokens[position++] !== ')') throw badField(text);
    return [name, submask];
  };
  const mask = list(names);
  if (position < tokens.length) throw badField(text);
  return mask;
}

/** True if the mask includes this field; other fields need not be computed. */
export function includes(mask: FieldMask | undefined, name: string): boolean {
  return mask === undefined || mask.has(name) || mask.has('*');
}

/** The mask of a field's subfields. */
export function below(mask: FieldMask | undefined, name: string): FieldMask | undefined {
  return mask?.get(name) ?? mask?.get('*');
}

/** Reduces a response to the mask. */
export function select(value: unknown, mask: FieldMask | undefined): unknown {
  if (mask === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => select(item, mask));
  const kept = Object.entries(value)
    .filter(([name]) => includes(mask, name))
    .map(([name, inner]) => [name, select(inner, below(mask, name))] as const);
  return Object.fromEntries(kept);
}

function tokensOf(text: string): readonly string[] {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.join('') !== text || text === '') throw badField(text);
  return tokens;
}

function badField(field: string): ApiError {
  return new ApiError({
    status: 400,
    reason: 'invalidParameter',
    message: `Invalid field selection ${field}`,
    location: 'fields',
    locationType: 'parameter',
  });
}
