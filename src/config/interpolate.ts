/** A piece of a text: itself, or what stands for something else. */
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'malformed'; readonly message: string };

/** The world that references point to; a lookup gives the value, or why there is none. */
export interface ReferenceTargets {
  variable(name: string): TargetValue;
  file(path: string): TargetValue;
}

export type TargetValue = { readonly value: string } | { readonly problem: string };

export interface ResolvedText {
  /** undefined where there are problems */
  readonly value: string | undefined;
  readonly problems: readonly string[];
  /** `none`: as it stands; `whole`: one reference and nothing else; `mixed`: the rest */
  readonly references: 'none' | 'whole' | 'mixed';
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FILE_PREFIX = 'file:';
/** `$${` first: it is what keeps a `${` from being a reference. */
const TOKEN = /\$\$\{|\$\{([^}]*)(\}?)/g;

/**
 * Puts the values of `${NAME}` and `${file:PATH}` in their places; `$${` gives `${`. Values are
 * taken as they are: what looks like a reference inside one is text.
 */
export function resolveReferences(text: string, targets: ReferenceTargets): ResolvedText {
  const parts = splitText(text);
  const lookups = parts.map((part) => lookUp(part, targets));
  const problems = lookups.flatMap((lookup) => ('problem' in lookup ? [lookup.problem] : []));
  const values = lookups.map((lookup) => ('value' in lookup ? lookup.value : ''));
  return {
    value: problems.length === 0 ? values.join('') : undefined,
    problems,
    references: countReferences(parts),
  };
}

function countReferences(parts: readonly Part[]): ResolvedText['references'] {
  if (parts.every((part) => part.kind === 'text')) return 'none';
  return parts.length === 1 ? 'whole' : 'mixed';
}

function splitText(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  const addText = (piece: string): void => {
    if (piece !== '') parts.push({ kind: 'text', text: piece });
  };
  for (const match of text.matchAll(TOKEN)) {
    addText(text.slice(end, match.index));
    parts.push(partOf(match));
    end = match.index + match[0].length;
  }
  addText(text.slice(end));
  return parts;
}

function partOf(match: RegExpExecArray): Part {
  const [token, inner = '', close] = match;
  if (token === '$${') return { kind: 'text', text: '${' };
  const literal = 'write $${ where a ${ itself is meant';
  if (close === '') return { kind: 'malformed', message: `\${ without its }; ${literal}` };
  if (inner.startsWith(FILE_PREFIX) && inner.length > FILE_PREFIX.length) {
    return { kind: 'file', path: inner.slice(FILE_PREFIX.length) };
  }
  if (VARIABLE_NAME.test(inner)) return { kind: 'variable', name: inner };
  const message = `a reference is \${NAME} or \${file:PATH}; ${literal}`;
  return { kind: 'malformed', message };
}

function lookUp(part: Part, targets: ReferenceTargets): TargetValue {
  switch (part.kind) {
    case 'text':
      return { value: part.text };
    case 'variable':
      return targets.variable(part.name);
    case 'file':
      return targets.file(part.path);
    case 'malformed':
      return { problem: part.message };
  }
}
