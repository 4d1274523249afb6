import { Secret } from '../lib/secret.ts';
import type { Problem } from './config-error.ts';
import { type ReferenceTargets, resolveReferences } from './interpolate.ts';
import { type KeyPath, pathId } from './key-path.ts';
import { type SchemaKey, schemaPath } from './schema-keys.ts';
import type { ConfigDocument } from './yaml-document.ts';

/** A document's data with every reference replaced, and secrets wrapped. */
export interface ResolvedDocument {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** values that could not be read: `data` has undefined there */
  readonly faultyPaths: readonly KeyPath[];
  /** true where the value came, in part or whole, from a reference */
  isReferenced(path: KeyPath): boolean;
}

interface ResolutionOptions {
  readonly keys: readonly SchemaKey[];
  readonly targets: ReferenceTargets;
}

export function resolveDocument(
  document: ConfigDocument,
  options: ResolutionOptions,
): ResolvedDocument {
  return new Resolver(document, options);
}

class Resolver implements ResolvedDocument {
  readonly data: unknown;
  readonly problems: Problem[] = [];
  readonly faultyPaths: KeyPath[] = [];
  readonly #document: ConfigDocument;
  readonly #targets: ReferenceTargets;
  readonly #secrets: ReadonlyMap<string, SchemaKey['secret']>;
  readonly #referenced = new Set<string>();

  constructor(document: ConfigDocument, { keys, targets }: ResolutionOptions) {
    this.#document = document;
    this.#targets = targets;
    this.#secrets = new Map(keys.map(({ path, secret }) => [path.join('.'), secret]));
    this.faultyPaths.push(...document.faultyPaths);
    this.data = this.#resolve(document.data, []);
  }

  isReferenced(path: KeyPath): boolean {
    return this.#referenced.has(pathId(path));
  }

  #resolve(value: unknown, path: KeyPath): unknown {
    if (typeof value === 'string') return this.#text(value, path);
    if (Array.isArray(value))
      return value.map((item, index) => this.#resolve(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    const data: Record<string, unknown> = Object.create(null);
    for (const [key, child] of Object.entries(value))
      data[key] = this.#resolve(child, [...path, key]);
    return data;
  }

  #text(text: string, path: KeyPath): string | Secret | undefined {
    const secret = this.#secrets.get(schemaPath(path).join('.'));
    const resolved = resolveReferences(text, this.#targets);
    if (resolved.references !== 'none') this.#referenced.add(pathId(path));
    if (secret === 'reference' && resolved.references !== 'whole') {
      const alone = `a reference without text around it: \${NAME} or \${file:PATH}`;
      return this.#refuse(path, `a secret does not stand in this file; expected ${alone}`);
    }
    if (resolved.value === undefined) {
      for (const problem of resolved.problems) this.#refuse(path, problem);
      return undefined;
    }
    return secret ? new Secret(resolved.value) : resolved.value;
  }

  #refuse(path: KeyPath, message: string): undefined {
    this.problems.push(this.#document.problemAtValue(path, message));
    this.faultyPaths.push(path);
  }
}
