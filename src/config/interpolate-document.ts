import { Secret } from '../lib/secret.ts';
import type { Problem } from './config-error.ts';
import { interpolate, type ReferenceSources } from './interpolate.ts';
import { type KeyPath, pathId } from './key-path.ts';
import { keyName, type SchemaKey } from './schema-keys.ts';
import type { ConfigDocument } from './yaml-document.ts';

/** A document's data with every reference replaced, and secrets wrapped. */
export interface InterpolatedDocument {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** values that could not be read: undefined in `data` */
  readonly faultyPaths: readonly KeyPath[];
  /** true if at least a part of the value comes from a reference */
  isReferenced(path: KeyPath): boolean;
}

export function interpolateDocument(
  document: ConfigDocument,
  options: { readonly keys: readonly SchemaKey[]; readonly sources: ReferenceSources },
): InterpolatedDocument {
  const secrets = new Map(options.keys.map(({ path, secret }) => [keyName(path), secret]));
  const problems: Problem[] = [];
  const faultyPaths = [...document.faultyPaths];
  const referenced = new Set<string>();

  const reject = (path: KeyPath, message: string): undefined => {
    problems.push(document.locate({ path, at: 'value', message }));
    faultyPaths.push(path);
  };

  const resolveText = (text: string, path: KeyPath): string | Secret | undefined => {
    const secret = secrets.get(keyName(path));
    const { value, references, ...found } = interpolate(text, options.sources);
    if (references !== 'none') referenced.add(pathId(path));
    if (secret === 'reference' && references !== 'whole') return reject(path, LITERAL_SECRET);
    for (const problem of found.problems) reject(path, problem);
    return secret && value !== undefined ? new Secret(value) : value;
  };

  const resolve = (value: unknown, path: KeyPath): unknown => {
    if (typeof value === 'string') return resolveText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    // Without a prototype, as in yaml-document.ts.
    const data: Record<string, unknown> = Object.create(null);
    for (const [key, child] of Object.entries(value)) data[key] = resolve(child, [...path, key]);
    return data;
  };

  const data = resolve(document.data, []);
  return { data, problems, faultyPaths, isReferenced: (path) => referenced.has(pathId(path)) };
}

const LITERAL_SECRET =
  'a literal secret is not allowed in this file; expected a reference without text around it: ' +
  '${NAME} or ${file:PATH}';
