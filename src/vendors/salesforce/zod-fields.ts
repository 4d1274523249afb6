import { z } from 'zod';
import { salesforceId18 } from './id.ts';
import { salesforceTime } from './time.ts';

/**
 * The kinds of column, as schemas for the rows of a query. An unreadable required column is an
 * issue of the row. An unreadable optional column counts as empty: the row is still usable.
 */

/** A record id, in its 18-character form. */
export const requiredId = z
  .string()
  .transform((text, context) => read(text, context, { as: salesforceId18, what: 'Id' }));

/** A dateTime, in epoch milliseconds. */
export const requiredTime = z
  .string()
  .transform((text, context) => read(text, context, { as: salesforceTime, what: 'time' }));

/** Absent or null is `false`. Any other value that is not a boolean is an issue of the row. */
export const decidingFlag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

export const optionalId = requiredId.nullish().catch(undefined);
export const optionalText = z.string().nullish().catch(undefined);

/** The issue does not quote the value: in the wrong column it may name a person. */
function read<T>(
  text: string,
  context: z.RefinementCtx<string>,
  kind: { readonly as: (text: string) => T; readonly what: string },
): T {
  try {
    return kind.as(text);
  } catch {
    context.addIssue({ code: 'custom', message: `not a Salesforce ${kind.what}` });
    return z.NEVER;
  }
}
