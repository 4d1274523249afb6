/** A format of strings in the body, and an error sentence in Gong's style. */
export interface TextFormat {
  readonly accepts: (text: string) => boolean;
  readonly sentence: string;
}

const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:Z|[+-](\d{2}):(\d{2}))$/;
/** The largest offset of java.time.ZoneOffset. */
const OFFSET_MINUTES_MAX = 18 * 60;

/**
 * ISO-8601 with an offset or Z, and with an existing calendar day. Source: Gong, "Report event of a
 * content share": '2021-08-01T02:30:00+05:00' or '2021-08-01T08:00:00Z'. The same specification
 * says "without milliseconds" elsewhere.
 */
function isTimestamp(text: string): boolean {
  const match = TIMESTAMP.exec(text);
  if (!match) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ...offset] = match
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const [offsetHour = 0, offsetMinute = 0] = offset;
  // Date.UTC moves a nonexistent day into the next month.
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    date.getUTCMonth() === month - 1 &&
    hour < 24 &&
    minute < 60 &&
    second < 60 &&
    offsetMinute < 60 &&
    offsetHour * 60 + offsetMinute <= OFFSET_MINUTES_MAX
  );
}

/** An absolute http or https URL without white space. */
function isWebUrl(text: string): boolean {
  if (/\s/u.test(text) || !URL.canParse(text)) return false;
  return ['http:', 'https:'].includes(new URL(text).protocol);
}

function isText(text: string): boolean {
  return text.trim() !== '' && text.isWellFormed();
}

/**
 * The formats that the schema uses. Gong's own IDs are strings of up to 20 digits. Salesforce Ids
 * have a case-sensitive form (15 characters) and a case-insensitive form (18 characters).
 */
export const TEXT_FORMATS = {
  text: { accepts: isText, sentence: 'must not be blank and must be well-formed Unicode' },
  timestamp: {
    accepts: isTimestamp,
    sentence: 'must be in ISO-8601 format with an offset or Z, without milliseconds',
  },
  'web-url': { accepts: isWebUrl, sentence: 'must be a valid URL' },
  'email-address': {
    accepts: (text) => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u.test(text),
    sentence: 'must be a well-formed email address',
  },
  'gong-id': {
    accepts: (text) => /^\d{1,20}$/.test(text),
    sentence: 'must be a numeric id of up to 20 digits',
  },
  'salesforce-id': {
    accepts: (text) => /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(text),
    sentence: 'must be a Salesforce id of 15 or 18 characters',
  },
} as const satisfies Readonly<Record<string, TextFormat>>;

export type TextFormatName = keyof typeof TEXT_FORMATS;
