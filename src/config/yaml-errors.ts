import type { ErrorCode } from 'yaml';

/** The parser's own messages quote the file, which can contain a secret. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  TAB_AS_INDENT: 'a tab cannot indent: use spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'a second `key:` on the same line; a value that contains ": " needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a line without a colon: expected `key: value`',
  MISSING_CHAR: 'a quote, a bracket, a comma or a space is missing here',
  BAD_SCALAR_START: 'a value that starts with this character needs quotes',
  BAD_DQ_ESCAPE: 'an unknown \\ escape in "…": use single quotes, or \\\\ for one \\',
  MULTIPLE_DOCS: 'a second document (---): each file contains one',
  TAG_RESOLVE_FAILED: 'tags (!…) are not supported: remove it',
  BAD_ALIAS: 'an anchor or alias without a name; a value that starts with & or * needs quotes',
  ALIAS_PROPS: 'an alias cannot have a tag or an anchor',
  MULTIPLE_ANCHORS: 'two anchors on one value',
  MULTIPLE_TAGS: 'two tags on one value',
};

const UNQUOTED_CRON = /^\s*schedule:\s*\*/;
const CRON_SENTENCE = 'a schedule that starts with * needs quotes: schedule: "*/15 * * * *"';

/** What is wrong with the YAML, without quoting the file. */
export function explainYamlError(code: ErrorCode, line: string): string {
  if (UNQUOTED_CRON.test(line)) return `not valid YAML: ${CRON_SENTENCE}`;
  return `not valid YAML: ${SENTENCES[code] ?? 'unexpected syntax here'}`;
}
