import type { Pair, ParsedNode, YAMLMap } from 'yaml';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Problem } from './config-error.ts';
import { formatPath, type KeyPath, pathId } from './key-path.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { explainYamlError } from './yaml-errors.ts';

/** Counts from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Place {
  readonly key?: Position;
  readonly value?: Position;
}

/** One file as plain data, with the position of every key and value, and what is wrong so far. */
export interface ConfigDocument {
  readonly file: string;
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** values that are refused already: `data` has undefined there */
  readonly faultyPaths: readonly KeyPath[];
  /** nothing but comments and white space */
  readonly empty: boolean;
  /** false where reading ended early, so that what `data` lacks may well stand in the file */
  readonly whole: boolean;
  problemAtKey(path: KeyPath, message: string): Problem;
  problemAtValue(path: KeyPath, message: string): Problem;
}

/**
 * Parses one YAML 1.2 document (core schema, so a time stays text). Never throws: what cannot be
 * read is a problem with its position. Of syntax errors only the first is told, because the later
 * ones are mostly its consequence, and then `data` is undefined.
 */
export function parseConfigDocument(file: string, text: string): ConfigDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    // Their texts, which quote the source, are not used: a secret may stand there.
    prettyErrors: false,
    // Found in reading instead: there the path is known too.
    uniqueKeys: false,
    version: '1.2',
    schema: 'core',
  });
  const reader = new DocumentReader(file, document, lineCounter);
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) return reader.failed(fault.pos[0], explainYamlError(fault.code));
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    return reader.failed(0, 'this file must be YAML 1.2: remove the %YAML line');
  }
  return reader.read();
}

class DocumentReader implements ConfigDocument {
  readonly file: string;
  readonly problems: Problem[] = [];
  readonly faultyPaths: KeyPath[] = [];
  data: unknown;
  empty = false;
  whole = true;
  readonly #document: Document.Parsed;
  readonly #lineCounter: LineCounter;
  readonly #places = new Map<string, Place>();
  readonly #anchors = new Map<string, ParsedNode>();
  #valuesLeft: number = CONFIG_LIMITS.yamlValuesMax;

  constructor(file: string, document: Document.Parsed, lineCounter: LineCounter) {
    this.file = file;
    this.#document = document;
    this.#lineCounter = lineCounter;
  }

  failed(offset: number, message: string): this {
    this.problems.push({ file: this.file, ...this.#position(offset), path: '', message });
    this.whole = false;
    return this;
  }

  read(): this {
    const { contents } = this.#document;
    this.empty = contents === null || (isScalar(contents) && contents.source === '');
    if (!this.empty && contents !== null) this.data = this.#value(contents, []);
    return this;
  }

  problemAtKey(path: KeyPath, message: string): Problem {
    const place = this.#places.get(pathId(path));
    return this.#problem(path, place?.key ?? place?.value, message);
  }

  problemAtValue(path: KeyPath, message: string): Problem {
    const place = this.#places.get(pathId(path));
    return this.#problem(path, place?.value ?? place?.key, message);
  }

  /** A value that is not there is told at the key of what should hold it. */
  #problem(path: KeyPath, position: Position | undefined, message: string): Problem {
    let found = position;
    for (let end = path.length - 1; !found && end >= 0; end--) {
      const place = this.#places.get(pathId(path.slice(0, end)));
      found = place?.key ?? place?.value;
    }
    const { line, column } = found ?? { line: 1, column: 1 };
    return { file: this.file, line, column, path: formatPath(path), message };
  }

  #position(offset: number): Position {
    const { line, col } = this.#lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #note(path: KeyPath, place: Place): void {
    const id = pathId(path);
    this.#places.set(id, { ...this.#places.get(id), ...place });
  }

  #value(node: ParsedNode, path: KeyPath): unknown {
    this.#note(path, { value: this.#position(node.range[0]) });
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0 || path.length > CONFIG_LIMITS.yamlDepthMax) this.#overflow(path);
    if (!this.whole) return undefined;
    if (isAlias(node)) return this.#aliased(node.source, path);
    // In the order of the file, so that an alias finds what stands before it and nothing else.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined) {
      this.#refuse(path, 'tags (!…) have no meaning here: remove it');
      return undefined;
    }
    if (isMap(node)) return this.#mapping(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.#value(item, [...path, index]));
    return node.value;
  }

  /** Ends the reading, so that an alias of aliases is not followed to its end. */
  #overflow(path: KeyPath): void {
    if (!this.whole) return;
    const { yamlValuesMax, yamlDepthMax } = CONFIG_LIMITS;
    const limits = `at most ${yamlValuesMax} values, ${yamlDepthMax} levels deep`;
    this.#refuse(path, `too much for one file: ${limits}`);
    this.whole = false;
  }

  #aliased(name: string, path: KeyPath): unknown {
    const target = this.#anchors.get(name);
    if (target) return this.#value(target, path);
    this.#refuse(path, 'no &anchor of this name stands before it');
    return undefined;
  }

  #mapping(node: YAMLMap.Parsed, path: KeyPath): unknown {
    // Without a prototype, `__proto__` is a key like any other, and an unknown one.
    const data: Record<string, unknown> = Object.create(null);
    for (const pair of node.items) this.#pair(pair, { path, data });
    return data;
  }

  #pair(
    pair: Pair<ParsedNode, ParsedNode | null>,
    into: { readonly path: KeyPath; readonly data: Record<string, unknown> },
  ): void {
    const keyPosition = this.#position(pair.key.range[0]);
    const key = isScalar(pair.key) ? pair.key.source : undefined;
    if (key === undefined || key === '') {
      const path = formatPath(into.path);
      this.problems.push({
        file: this.file,
        ...keyPosition,
        path,
        message: 'a key must be a word',
      });
      return;
    }
    const path = [...into.path, key];
    if (Object.hasOwn(into.data, key)) {
      const message = 'this key stands twice: keep one of them';
      this.problems.push({ file: this.file, ...keyPosition, path: formatPath(path), message });
      return;
    }
    this.#note(path, { key: keyPosition });
    into.data[key] = pair.value === null ? null : this.#value(pair.value, path);
  }

  #refuse(path: KeyPath, message: string): void {
    this.problems.push(this.problemAtValue(path, message));
    this.faultyPaths.push(path);
  }
}
