import { DeferredSecret } from '../lib/deferred-secret.ts';
import { Secret } from '../lib/secret.ts';
import type { Problem } from './config-error.ts';
import { interpolate, isReference, type ReferenceSources } from './interpolate.ts';
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

/** Passes the checks of an ID and of an address. Only commands that never sign in get it. */
const UNRESOLVED = 'unresolved@sharetrail.invalid';

/**
 * `deferred`: a secret is looked up when it is first used, and the IDs next
 * to it can be missing: for commands that do not sign in anywhere.
 */
export type SecretResolution = 'resolved' | 'deferred';

export function interpolateDocument(
  document: ConfigDocument,
  options: {
    readonly keys: readonly SchemaKey[];
    readonly sources: ReferenceSources;
    readonly secrets: SecretResolution;
  },
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
    if (options.secrets === 'deferred' && secret && isReference(text)) {
      referenced.add(pathId(path));
      return deferred(text, options.sources);
    }
    const { value, references, ...found } = interpolate(text, options.sources);
    if (references !== 'none') referenced.add(pathId(path));
    if (options.secrets === 'deferred' && found.problems.length > 0 && path.includes('auth')) {
      return UNRESOLVED;
    }
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

function deferred(text: string, sources: ReferenceSources): DeferredSecret {
  return new DeferredSecret(() => {
    const { value, problems } = interpolate(text, sources);
    return value === undefined ? { problem: problems.join('; ') } : { value };
  });
}

const LITERAL_SECRET =
  'a literal secret is not allowed in this file; expected a reference without text around it: ' +
  '${NAME} or ${file:PATH}';
