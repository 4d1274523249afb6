const CONTEXT_BEFORE_LENGTH = 32;
const CONTEXT_AFTER_LENGTH = 24;

export type SoqlErrorCode =
  | 'INVALID_FIELD'
  | 'INVALID_QUERY_FILTER_OPERATOR'
  | 'INVALID_TYPE'
  | 'MALFORMED_QUERY'
  | 'NUMBER_OUTSIDE_VALID_RANGE'
  /** not a Salesforce code: a real org supports the query, this one does not */
  | 'UNSUPPORTED_BY_SANDBOX';

/** A rejected query; the response is 400 with this code and message. */
export class SoqlError extends Error {
  override readonly name = 'SoqlError';
  readonly code: SoqlErrorCode;

  constructor(code: SoqlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error with the query excerpt and the caret that Salesforce puts before the message. */
export function errorAt(
  soql: string,
  token: string,
  problem: { readonly code: SoqlErrorCode; readonly message: string },
): SoqlError {
  const found = soql.toLowerCase().indexOf(token.toLowerCase());
  // Without a token to point at, Salesforce points at the end.
  const position = found === -1 ? soql.length : found;
  const start = Math.max(0, position - CONTEXT_BEFORE_LENGTH);
  const context = soql.slice(start, position + CONTEXT_AFTER_LENGTH).replaceAll('\n', ' ');
  const caret = `${' '.repeat(position - start)}^`;
  const rows = soql.slice(0, position).split('\n');
  const column = (rows.at(-1) ?? '').length + 1;
  return new SoqlError(
    problem.code,
    `\n${context}\n${caret}\nERROR at Row:${rows.length}:Column:${column}\n${problem.message}`,
  );
}

export function unsupported(what: string): SoqlError {
  return new SoqlError(
    'UNSUPPORTED_BY_SANDBOX',
    `the simulated Salesforce does not support ${what}`,
  );
}
