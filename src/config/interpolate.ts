import { resolve } from 'node:path';
import type { Environment } from './environment.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { readTextFile } from './read-text-file.ts';

/** Where references find their values. */
export interface ReferenceSources {
  variable(name: string): Lookup;
  file(path: string): Lookup;
}

export interface TrackedSources extends ReferenceSources {
  /** absolute paths of the files read so far that other users can read */
  readonly exposedFiles: ReadonlySet<string>;
}

/** A value, or the problem in finding it. */
export type Lookup = { readonly value: string } | { readonly problem: string };

export interface InterpolatedText {
  /** undefined if there are problems */
  readonly value: string | undefined;
  readonly problems: readonly string[];
  /** `none`: a literal; `whole`: one reference without text around it; `mixed`: everything else */
  readonly references: 'none' | 'whole' | 'mixed';
}

/** `$${` comes first: it is an escaped `${`, not a reference. */
const TOKEN = /\$\$\{|\$\{([^}]*)(\}?)/g;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FILE = /^file:(.+)$/s;
const ESCAPE = 'write $${ for a literal ${';

/**
 * Replaces `${NAME}` and `${file:PATH}` by their values, and `$${` by `${`. A value is not
 * interpolated again: `${…}` in it is text.
 */
export function interpolate(text: string, sources: ReferenceSources): InterpolatedText {
  const problems: string[] = [];
  let references: InterpolatedText['references'] = 'none';
  const value = text.replace(TOKEN, (token: string, inner = '', close = '') => {
    if (token === '$${') return '${';
    references = token === text ? 'whole' : 'mixed';
    const found = close === '' ? { problem: `\${ without its }; ${ESCAPE}` } : find(inner, sources);
    if ('value' in found) return found.value;
    problems.push(found.problem);
    return '';
  });
  return { value: problems.length === 0 ? value : undefined, problems, references };
}

/** True for one reference without text around it, whether or not its value exists. */
export function isReference(text: string): boolean {
  const nothing = { variable: () => ({ value: 'x' }), file: () => ({ value: 'x' }) };
  const { references, problems } = interpolate(text, nothing);
  return references === 'whole' && problems.length === 0;
}

function find(inner: string, sources: ReferenceSources): Lookup {
  const path = FILE.exec(inner)?.[1];
  if (path !== undefined) return sources.file(path);
  if (VARIABLE_NAME.test(inner)) return sources.variable(inner);
  return { problem: `a reference is \${NAME} or \${file:PATH}; ${ESCAPE}` };
}

/** Variables of `environment`, and files relative to `dir`. Reads each file once. */
export function createReferenceSources(dir: string, environment: Environment): TrackedSources {
  const files = new Map<string, Lookup>();
  const exposedFiles = new Set<string>();
  return {
    exposedFiles,
    variable: (name) => {
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (value) return { value };
      const state = value === undefined ? 'is not set' : 'is empty';
      return { problem: `the environment variable ${name} ${state}` };
    },
    file: (path) => {
      const known = files.get(path) ?? readReferenced(path, resolve(dir, path), exposedFiles);
      files.set(path, known);
      return known;
    },
  };
}

function readReferenced(path: string, absolutePath: string, exposedFiles: Set<string>): Lookup {
  const read = readTextFile(absolutePath, { bytesMax: CONFIG_LIMITS.referencedBytesMax });
  if ('problem' in read) {
    return { problem: `the file ${path} ${read.problem} (path: ${absolutePath})` };
  }
  if (read.exposed) exposedFiles.add(absolutePath);
  // An editor or `echo` ends a file with a newline, which is not part of the secret.
  const value = read.text.replace(/\r?\n$/, '');
  return value === '' ? { problem: `the file ${path} is empty` } : { value };
}
