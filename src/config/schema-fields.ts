import { z } from 'zod';
import { Secret } from '../lib/secret.ts';
import { isDomain, isEmail, isSafeUrl, normalizeDomain } from './addresses.ts';

/** What messages, the JSON Schema and the documentation say of a key beside its description. */
export interface Note {
  /** completes "expected …" and is the documentation's type: `an IANA timezone` */
  readonly expected: string;
  /** becomes a Secret; `reference`: only `${…}` alone is taken; `text`: a literal too */
  readonly secret?: 'reference' | 'text';
  /** a wrong value may hold a secret, so that no message shows it */
  readonly hidden?: true;
  /** for editors, where the check itself is not a pattern */
  readonly pattern?: string;
  /** where the default depends on something else */
  readonly defaultText?: string;
}

export const notes = z.registry<Note>();

interface FieldOptions extends Note {
  readonly description: string;
}

interface TextOptions extends FieldOptions {
  readonly check?: (value: string) => boolean | Promise<boolean>;
}

/** One line of text without white space around it that passes `check`. */
export function text(options: TextOptions): z.ZodString {
  const { check, description, ...note } = options;
  const error = `expected ${note.expected}`;
  const line = z.string({ error }).regex(/^\S(?:.*\S)?$/, { error, abort: true });
  const schema = check ? line.refine(check, { error, abort: true }) : line;
  return schema.describe(description).register(notes, note);
}

interface NumberOptions {
  readonly description: string;
  readonly min: number;
  readonly max: number;
  readonly kind: 'number' | 'whole number';
}

export function number(options: NumberOptions): z.ZodNumber {
  const { description, min, max, kind } = options;
  const expected = `a ${kind} from ${min} to ${max}`;
  const error = `expected ${expected}`;
  const any = z.number({ error }).min(min, { error }).max(max, { error });
  const schema = kind === 'whole number' ? any.int({ error }) : any;
  return schema.describe(description).register(notes, { expected });
}

export function choice<const Values extends readonly [string, ...string[]]>(
  values: Values,
  description: string,
) {
  const expected = oneOf(values);
  return z
    .enum(values, { error: `expected ${expected}` })
    .describe(description)
    .register(notes, { expected });
}

export function flag(description: string): z.ZodBoolean {
  const expected = 'true or false';
  const schema = z.boolean({ error: `expected ${expected}` });
  return schema.describe(description).register(notes, { expected });
}

interface SecretOptions extends FieldOptions {
  readonly check?: (value: string) => boolean;
}

/** A key that takes only a reference: what arrives here is the value, already wrapped. */
export function secret(options: SecretOptions) {
  return secretField({ ...options, secret: 'reference' });
}

/** A value that is never shown, but may stand in the file as it is. */
export function maskedText(options: SecretOptions) {
  return secretField({ ...options, secret: 'text' });
}

function secretField(options: SecretOptions & { readonly secret: 'reference' | 'text' }) {
  const { check, description, ...note } = options;
  const error = `expected ${note.expected}`;
  return z
    .custom<Secret>((value) => value instanceof Secret, { error, abort: true })
    .refine((value) => check?.(value.reveal()) ?? true, { error })
    .describe(description)
    .register(notes, { ...note, hidden: true });
}

export function email(description: string): z.ZodString {
  const field = text({
    expected: 'an email address',
    description,
    check: isEmail,
    pattern: '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$',
  });
  return renewed(field, field.toLowerCase());
}

interface DomainOptions extends FieldOptions {
  readonly refused: (domain: string) => boolean;
  /** why, as a whole message */
  readonly refusal: string;
}

/** Lower case, other scripts as `xn--…`; `refused` gets that form. */
export function domain(options: DomainOptions): z.ZodString {
  const { refused, refusal, ...field } = options;
  const schema = text({ ...field, check: isDomain, pattern: '^[^\\s@/:]+\\.[^\\s@/:]+$' });
  const normal = schema.overwrite(normalizeDomain);
  return renewed(
    schema,
    normal.refine((value) => !refused(value), { error: refusal }),
  );
}

/** A root to which paths are appended: no query, no fragment, no slash at its end. */
export function rootUrl(options: {
  readonly description: string;
  readonly example: string;
}): z.ZodString {
  const schema = text({
    expected: `an https URL such as ${options.example}, without user, password, query or fragment`,
    description: options.description,
    check: (value) => isSafeUrl(value, { query: 'refused' }),
    hidden: true,
    pattern: '^https?://[^\\s@?#]+$',
  });
  return renewed(
    schema,
    schema.overwrite((value) => value.replace(/\/+$/, '')),
  );
}

export function list<Item extends z.ZodType>(
  item: Item,
  options: { readonly expected: string; readonly description: string; readonly itemsMin: 0 | 1 },
) {
  const error = `expected ${options.expected}`;
  const array = z.array(item, { error });
  return (options.itemsMin === 0 ? array : array.min(options.itemsMin, { error }))
    .describe(options.description)
    .register(notes, { expected: options.expected });
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`;
}

/** A mapping that refuses keys it does not know. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'expected a mapping' : undefined),
  });
}

/** Mappings told apart by their `flow`. */
export function flows<
  const Options extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(options: Options, details: { readonly names: readonly string[]; readonly description: string }) {
  const errors: Partial<Record<z.core.$ZodIssueCode, string>> = {
    invalid_type: 'expected a mapping',
    invalid_union: `expected ${oneOf(details.names)}`,
  };
  const union = z.discriminatedUnion('flow', options, { error: (issue) => errors[issue.code] });
  notes.add(union, { expected: 'a mapping, told apart by its `flow`' });
  return union.describe(details.description);
}

/** A further check makes a new schema, which must bear what was said of the old one. */
function renewed(before: z.ZodString, after: z.ZodString): z.ZodString {
  const note = notes.get(before);
  return note ? after.register(notes, note) : after;
}
