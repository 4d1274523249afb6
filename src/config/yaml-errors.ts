import type { ErrorCode } from 'yaml';

/** Own words, because those of the parser quote the file, where a secret may stand. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  TAB_AS_INDENT: 'tabs cannot indent: use spaces',
  BLOCK_AS_IMPLICIT_KEY: 'a second `key:` on the same line; a value with ": " in it needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a line without a colon: expected `key: value`',
  MISSING_CHAR: 'a quote, a bracket, a comma or a space is missing here',
  BAD_SCALAR_START: 'a value that begins with this character must stand in quotes',
  BAD_DQ_ESCAPE: 'an unknown \\ escape in "…": use single quotes, or \\\\ for one \\',
  MULTIPLE_DOCS: 'a second document (---): each file holds one',
  TAG_RESOLVE_FAILED: 'tags (!…) have no meaning here: remove it',
  BAD_ALIAS: 'an anchor or alias without a name; a value that begins with & or * needs quotes',
  ALIAS_PROPS: 'an alias takes neither a tag nor an anchor',
  MULTIPLE_ANCHORS: 'two anchors at one value',
  MULTIPLE_TAGS: 'two tags at one value',
};

/** What is wrong with the YAML, in a sentence that quotes nothing. */
export function explainYamlError(code: ErrorCode): string {
  return `not valid YAML: ${SENTENCES[code] ?? 'something unexpected stands here'}`;
}
