import type { Pair, ParsedNode, YAMLMap } from 'yaml';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { KeyProblem, Problem } from './config-error.ts';
import { formatPath, type KeyPath, pathId } from './key-path.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { explainYamlError } from './yaml-errors.ts';

/** Counts from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** One file as plain data, with the position of every key and value, and the problems so far. */
export interface ConfigDocument {
  readonly file: string;
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** values that are already rejected: undefined in `data` */
  readonly faultyPaths: readonly KeyPath[];
  /** only comments and white space */
  readonly empty: boolean;
  /** false if reading stopped early, so that keys missing from `data` can still be in the file */
  readonly complete: boolean;
  /** Adds the position: of the key or value itself, or of the nearest parent that exists. */
  locate(problem: KeyProblem): Problem;
}

/**
 * Parses one YAML 1.2 document (core schema, so a time stays text). Never throws: a syntax error
 * is a problem with its position. Only the first one is reported, because the later ones are
 * mostly its consequence, and `data` is then undefined.
 */
export function parseConfigDocument(file: string, text: string): ConfigDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    // The parser's messages quote the file, which can contain a secret: they are not used.
    prettyErrors: false,
    // DocumentReader finds duplicate keys, because it knows their paths.
    uniqueKeys: false,
    version: '1.2',
    schema: 'core',
  });
  const reader = new DocumentReader(file, lineCounter);
  const error = document.errors[0] ?? document.warnings[0];
  if (error) {
    const [offset] = error.pos;
    const { line } = lineCounter.linePos(offset);
    const faulty = text.split('\n')[Math.max(0, line - 1)] ?? '';
    return reader.fail(offset, explainYamlError(error.code, faulty));
  }
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    return reader.fail(0, 'this file must be YAML 1.2: remove the %YAML line');
  }
  return reader.read(document);
}

class DocumentReader implements ConfigDocument {
  readonly file: string;
  readonly problems: Problem[] = [];
  readonly faultyPaths: KeyPath[] = [];
  data: unknown;
  empty = false;
  complete = true;
  readonly #lineCounter: LineCounter;
  readonly #positions = { key: new Map<string, Position>(), value: new Map<string, Position>() };
  readonly #anchors = new Map<string, ParsedNode>();
  #valuesLeft: number = CONFIG_LIMITS.yamlValuesMax;

  constructor(file: string, lineCounter: LineCounter) {
    this.file = file;
    this.#lineCounter = lineCounter;
  }

  fail(offset: number, message: string): this {
    this.#report(this.#position(offset), { path: [], message });
    this.complete = false;
    return this;
  }

  read({ contents }: Document.Parsed): this {
    this.empty = contents === null || (isScalar(contents) && contents.source === '');
    if (!this.empty && contents !== null) this.data = this.#value(contents, []);
    return this;
  }

  locate({ path, at, message }: KeyProblem): Problem {
    const { line, column } = this.#nearest(path, at);
    return { file: this.file, line, column, path: formatPath(path), message };
  }

  #nearest(path: KeyPath, at: KeyProblem['at']): Position {
    const { key, value } = this.#positions;
    const id = pathId(path);
    const found = at === 'key' ? (key.get(id) ?? value.get(id)) : (value.get(id) ?? key.get(id));
    if (found) return found;
    return path.length === 0 ? { line: 1, column: 1 } : this.#nearest(path.slice(0, -1), 'key');
  }

  #position(offset: number): Position {
    const { line, col } = this.#lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #report({ line, column }: Position, problem: { path: KeyPath; message: string }): void {
    const { path, message } = problem;
    this.problems.push({ file: this.file, line, column, path: formatPath(path), message });
  }

  #reject(path: KeyPath, message: string): undefined {
    this.problems.push(this.locate({ path, at: 'value', message }));
    this.faultyPaths.push(path);
  }

  #value(node: ParsedNode, path: KeyPath): unknown {
    this.#positions.value.set(pathId(path), this.#position(node.range[0]));
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0 || path.length > CONFIG_LIMITS.yamlDepthMax) this.#overflow(path);
    if (!this.complete) return undefined;
    if (isAlias(node)) return this.#aliased(node.source, path);
    // Anchors are stored in the order of the file: an alias finds only those before it.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined) return this.#reject(path, 'tags (!…) are not supported: remove it');
    if (isMap(node)) return this.#mapping(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.#value(item, [...path, index]));
    return node.value;
  }

  /** Stops reading, so that aliases of aliases are not expanded in full. */
  #overflow(path: KeyPath): void {
    if (!this.complete) return;
    const { yamlValuesMax, yamlDepthMax } = CONFIG_LIMITS;
    const limits = `at most ${yamlValuesMax} values, ${yamlDepthMax} levels deep`;
    this.#reject(path, `too much for one file: ${limits}`);
    this.complete = false;
  }

  #aliased(name: string, path: KeyPath): unknown {
    const target = this.#anchors.get(name);
    if (target) return this.#value(target, path);
    return this.#reject(path, 'no &anchor of this name comes before it');
  }

  #mapping(node: YAMLMap.Parsed, path: KeyPath): unknown {
    // Without a prototype, `__proto__` is a key like any other, and an unknown one.
    const data: Record<string, unknown> = Object.create(null);
    for (const pair of node.items) this.#pair(pair, { path, data });
    return data;
  }

  #pair(
    { key: keyNode, value }: Pair<ParsedNode, ParsedNode | null>,
    into: { readonly path: KeyPath; readonly data: Record<string, unknown> },
  ): void {
    const position = this.#position(keyNode.range[0]);
    const key = isScalar(keyNode) ? keyNode.source : undefined;
    const path = key ? [...into.path, key] : into.path;
    if (!key || Object.hasOwn(into.data, key)) {
      const message = key ? 'duplicate key: keep one of them' : 'a key must be a word';
      this.#report(position, { path, message });
      return;
    }
    this.#positions.key.set(pathId(path), position);
    into.data[key] = value === null ? null : this.#value(value, path);
  }
}
