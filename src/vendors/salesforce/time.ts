const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?)(Z|[+-]\d\d:?\d\d)$/;
/** `2026-11-01T09:30:00.000+0000`, the form of almost every response */
const USUAL_LENGTH = 28;
const USUAL_END = '+0000';
/** the separators, as character codes; the year ends at 4, the seconds at 19 */
const [DASH, LETTER_T, COLON, POINT] = [45, 84, 58, 46];
const ZERO = 48;
/** `Date.parse` and `Date.UTC` read 31 April as 1 May. */
const DAYS_MAX = 31;
const NOT_A_NUMBER = -1;

/**
 * Epoch milliseconds of a dateTime of Salesforce's REST API, `2026-11-01T09:30:00.000+0000` (no
 * colon in the offset, which ISO parsers may refuse). Throws on anything else.
 */
export function salesforceTime(text: string): number {
  return usualTime(text) ?? anyTime(text);
}

/** A run parses several times per row: reading by position is much cheaper than a pattern. */
function usualTime(text: string): number | undefined {
  if (text.length !== USUAL_LENGTH || !text.endsWith(USUAL_END) || !isSeparatedAsUsual(text)) {
    return undefined;
  }
  const century = digitsAt(text, 0);
  const yearOfCentury = digitsAt(text, 2);
  const month = digitsAt(text, 5);
  const day = digitsAt(text, 8);
  const hour = digitsAt(text, 11);
  const minute = digitsAt(text, 14);
  const second = digitsAt(text, 17);
  const hundredths = digitsAt(text, 20);
  const thousandth = text.charCodeAt(22) - ZERO;
  const isUsual =
    // Date.UTC maps years below 100 to the twentieth century.
    century > 0 &&
    yearOfCentury >= 0 &&
    isWithin(month, 1, 12) &&
    isWithin(day, 1, DAYS_MAX) &&
    isWithin(hour, 0, 23) &&
    isWithin(minute, 0, 59) &&
    isWithin(second, 0, 59) &&
    hundredths >= 0 &&
    isWithin(thousandth, 0, 9);
  if (!isUsual) return undefined;
  const year = century * 100 + yearOfCentury;
  return Date.UTC(year, month - 1, day, hour, minute, second, hundredths * 10 + thousandth);
}

function isSeparatedAsUsual(text: string): boolean {
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(19) === POINT
  );
}

/** The two digits at `index` as a number. */
function digitsAt(text: string, index: number): number {
  const tens = text.charCodeAt(index) - ZERO;
  const ones = text.charCodeAt(index + 1) - ZERO;
  return isWithin(tens, 0, 9) && isWithin(ones, 0, 9) ? tens * 10 + ones : NOT_A_NUMBER;
}

function isWithin(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

function anyTime(text: string): number {
  const [, local, offset] = DATE_TIME.exec(text) ?? [];
  if (local === undefined || offset === undefined) throw notATime(text);
  const time = Date.parse(local + offset.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2'));
  if (Number.isNaN(time)) throw notATime(text);
  return time;
}

function notATime(text: string): Error {
  return new Error(`not a Salesforce time: ${JSON.stringify(text)}`);
}
