import { z } from 'zod';
import { DeferredSecret } from '../lib/deferred-secret.ts';
import { Secret } from '../lib/secret.ts';
import { isDomain, isEmail, isSafeUrl, normalizeDomain } from './addresses.ts';

/**
 * What messages, the JSON Schema and the documentation say about a key. A type, not an interface:
 * zod's `meta()` requires an implicit index signature.
 */
export type KeyMeta = {
  readonly description: string;
  /** completes "expected …", and is the type in the documentation: `an IANA timezone` */
  readonly expected: string;
  /** the value becomes a Secret. `reference`: only `${…}` alone is accepted; `text`: literals too */
  readonly secret?: 'reference' | 'text';
  /** a wrong value can contain a secret, so no message shows it */
  readonly hidden?: true;
  /** for editors, if the check itself is not a pattern */
  readonly pattern?: string;
  /** replaces the default in the documentation, if it depends on something else */
  readonly defaultText?: string;
};

interface TextOptions extends KeyMeta {
  readonly check?: (value: string) => boolean | Promise<boolean>;
}

/** The pattern of every text: one line without white space around it. */
export const ONE_LINE = /^\S(?:.*\S)?$/;

/** What a copy from a web page or a mail brings along, and no one sees: U+200B, U+00AD, a BOM. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\u00a0\u115f\u1160\u3164]|(?![\n\r\t])\p{Cc}/u;

/**
 * A PEM and a JSON key have lines: their own checks find what is wrong. No other secret has white
 * space, such as a wrapped paste adds.
 */
function hasStrayCharacters(value: string, hasOwnCheck: boolean): boolean {
  if (INVISIBLE.test(value)) return true;
  if (!hasOwnCheck) return /\s/.test(value);
  return !/^\s*(?:-----BEGIN|\{)/.test(value) && value.trim() !== value;
}

/** One line of text that passes `check`. */
export function text({ check, ...meta }: TextOptions): z.ZodString {
  const error = `expected ${meta.expected}`;
  const line = z
    .string({ error })
    .regex(ONE_LINE, { error, abort: true })
    .refine((value) => !INVISIBLE.test(value), {
      error: `${error}, without invisible characters`,
      abort: true,
    });
  return (check ? line.refine(check, { error, abort: true }) : line).meta(meta);
}

interface NumberOptions {
  readonly description: string;
  readonly min: number;
  readonly max: number;
  readonly kind: 'number' | 'whole number';
}

export function number({ description, min, max, kind }: NumberOptions): z.ZodNumber {
  const expected = `a ${kind} from ${min} to ${max}`;
  const error = `expected ${expected}`;
  const any = z.number({ error }).min(min, { error }).max(max, { error });
  return (kind === 'whole number' ? any.int({ error }) : any).meta({ description, expected });
}

export function choice<const Values extends readonly [string, ...string[]]>(
  values: Values,
  description: string,
) {
  const expected = `one of ${values.join(', ')}`;
  return z.enum(values, { error: `expected ${expected}` }).meta({ description, expected });
}

export function flag(description: string): z.ZodBoolean {
  const expected = 'true or false';
  return z.boolean({ error: `expected ${expected}` }).meta({ description, expected });
}

interface SecretOptions extends KeyMeta {
  readonly check?: (value: string) => boolean;
}

/** A key that accepts only a reference. The schema receives its value as a Secret. */
export function secret(options: SecretOptions) {
  return secretField({ ...options, secret: 'reference' });
}

/** A value that is never shown, but can be a literal in the file. */
export function maskedText(options: SecretOptions) {
  return secretField({ ...options, secret: 'text' });
}

function secretField({ check, ...meta }: SecretOptions) {
  const error = `expected ${meta.expected}`;
  const isClean = (value: Secret) =>
    value instanceof DeferredSecret || !hasStrayCharacters(value.reveal(), check !== undefined);
  return z
    .custom<Secret>((value) => value instanceof Secret, { error, abort: true })
    .refine(isClean, {
      error: `${error} without white space and without invisible characters`,
      abort: true,
    })
    .refine((value) => value instanceof DeferredSecret || (check?.(value.reveal()) ?? true), {
      error,
    })
    .meta({ ...meta, hidden: true });
}

export function email(description: string): z.ZodString {
  return text({
    expected: 'an email address',
    description,
    check: isEmail,
    pattern: '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$',
  }).toLowerCase();
}

/** Lower case; letters of other scripts as `xn--…`. */
export function domain(description: string): z.ZodString {
  return text({
    expected: 'a domain such as acme.com',
    description,
    check: isDomain,
    pattern: '^[^\\s@/:]+\\.[^\\s@/:]+$',
  }).overwrite(normalizeDomain);
}

/** A root URL for appending paths: no query, no fragment, no trailing slash. */
export function rootUrl(options: {
  readonly description: string;
  readonly example: string;
}): z.ZodString {
  return text({
    expected: `an https URL such as ${options.example}, without user, password, query or fragment`,
    description: options.description,
    check: (value) => isSafeUrl(value, { query: 'refused' }),
    hidden: true,
    pattern: '^https?://[^\\s@?#]+$',
  }).overwrite((value) => value.replace(/\/+$/, ''));
}

export function list<Item extends z.ZodType>(item: Item, meta: KeyMeta) {
  return z.array(item, { error: `expected ${meta.expected}` }).meta(meta);
}

export function nonEmptyList<Item extends z.ZodType>(item: Item, meta: KeyMeta) {
  return list(item, meta).min(1, { error: `expected ${meta.expected}` });
}

export function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** A mapping that rejects unknown keys. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape, description?: string) {
  const expected = 'a mapping';
  return z
    .strictObject(shape, {
      error: (issue) => (issue.code === 'invalid_type' ? `expected ${expected}` : undefined),
    })
    .meta({ expected, ...(description !== undefined && { description }) });
}

/** The key that selects one of several mappings. */
export function flow<const Name extends string>(name: Name, description: string) {
  return z.literal(name).meta({ description, expected: `\`${name}\`` });
}

type FlowMapping = z.core.$ZodTypeDiscriminable & {
  readonly shape: { readonly flow: { readonly value: string } };
};

/** `auth`: one of several mappings, selected by its `flow`. */
export function authFlows<const Options extends readonly [FlowMapping, ...FlowMapping[]]>(
  ...options: Options
) {
  const names = options.map(({ shape }) => shape.flow.value);
  const errors: Partial<Record<z.core.$ZodIssueCode, string>> = {
    invalid_type: 'expected a mapping',
    invalid_union: `expected one of ${names.join(', ')}`,
  };
  return z.discriminatedUnion('flow', options, { error: (issue) => errors[issue.code] }).meta({
    description: 'How sharetrail signs in.',
    expected: 'a mapping; its `flow` decides which keys it has',
  });
}

/** Keys that mean the same for every vendor's OAuth client. */
export const clientId = text({
  expected: "the client's ID",
  description: 'ID of the OAuth client. Salesforce calls it the consumer key.',
});

export const clientSecret = secret({
  expected: "the client's secret",
  description: 'Secret of the OAuth client.',
});

/** The refresh token of a flow in which the vendor accepts the same token again. */
export const refreshToken = secret({
  expected: 'a refresh token',
  description: 'Refresh token that the user granted.',
});
