const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?)(Z|[+-]\d\d:?\d\d)$/;

/**
 * Epoch milliseconds of a dateTime as Salesforce's REST interface writes it,
 * `2026-11-01T09:30:00.000+0000` (no colon in the offset, which ISO parsers need not accept).
 * Throws on anything else.
 */
export function salesforceTime(text: string): number {
  const [, local, offset] = DATE_TIME.exec(text) ?? [];
  if (local === undefined || offset === undefined) throw notATime(text);
  const time = Date.parse(local + offset.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2'));
  if (Number.isNaN(time)) throw notATime(text);
  return time;
}

function notATime(text: string): Error {
  return new Error(`not a Salesforce time: ${JSON.stringify(text)}`);
}
