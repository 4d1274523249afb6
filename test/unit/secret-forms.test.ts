import { describe, expect, it } from 'vitest';
import { rememberSecret, rememberToken, scrub } from '../../src/lib/secret.ts';

const SECRET = 'k3y/h+no="<&>\' 100%\\s';
rememberSecret(SECRET);
rememberToken('00D5e!AQ0AQ.tok/en+1==');

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const html = (text: string) => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
const unicode = (text: string) =>
  [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in a form': (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  'in a URL': encodeURIComponent,
  'in a URL, in lower case': (secret) =>
    encodeURIComponent(secret).replace(/%../g, (found) => found.toLowerCase()),
  'in JSON': (secret) => JSON.stringify(secret).slice(1, -1),
  'in JSON with escaped slashes': (secret) =>
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  'in JSON with Unicode escapes': unicode,
  'in HTML': html,
  'in HTML, as hexadecimal entities': (secret) =>
    secret.replace(/[^\w]/g, (found) => `&#x${found.charCodeAt(0).toString(16)};`),
  'in base64': (secret) => utf8(secret).toString('base64'),
  'in base64url': (secret) => utf8(secret).toString('base64url'),
  'in hexadecimal': (secret) => utf8(secret).toString('hex'),
  'in hexadecimal, in upper case': (secret) => utf8(secret).toString('hex').toUpperCase(),
  'in Basic authorization': (secret) => utf8(`user-1:${secret}`).toString('base64'),
  'in base64 in a form': (secret) => encodeURIComponent(utf8(`u:${secret}`).toString('base64')),
  'in a URL in base64': (secret) =>
    utf8(`/token?a=${encodeURIComponent(secret)}`).toString('base64'),
  'in a URL in hexadecimal': (secret) => utf8(`?a=${encodeURIComponent(secret)}`).toString('hex'),
  'in Basic authorization in base64': (secret) =>
    utf8(`Basic ${utf8(`u:${secret}`).toString('base64')}`).toString('base64'),
  'in a form in JSON in JSON': (secret) =>
    JSON.stringify(JSON.stringify(encodeURIComponent(secret))).slice(1, -1),
};
const TOKENS = [
  '00D5e!AQ0AQ.tok/en+1==',
  'plain-configured-secret',
  'very+secret/value==',
  'pässwörd “quoted” € and spaces',
];
for (const token of TOKENS) rememberSecret(token);

describe.each(Object.entries(FORMS))('a secret %s', (_form, encode) => {
  it.each(TOKENS)('is scrubbed: %s', (secret) => {
    const encoded = encode(secret);
    const text = scrub(`the proxy quotes a=${encoded}&b=kept, and more`);
    expect(text).not.toContain(encoded);
    expect(text).toContain('•••');
    expect(text.startsWith('the proxy quotes a=')).toBe(true);
    expect(text.endsWith('b=kept, and more')).toBe(true);
  });
});

describe('scrub', () => {
  it('finds a secret with characters of every kind', () => {
    for (const form of ['as it is', 'in JSON', 'in JSON with Unicode escapes', 'in HTML']) {
      expect(scrub(`x ${FORMS[form]?.(SECRET)} y`)).toBe('x ••• y');
    }
  });

  it('leaves every other text as it is', () => {
    const text =
      'Contact 0035e00000AbCdEAAV of ann@acme.com, file 1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms, ' +
      '100 %, 50%25, C:\\new, &amp; deadbeefdeadbeef 🎉 https://x.example/?q=a%20b';
    expect(scrub(text)).toBe(text);
  });

  it('knows each line of a PEM', () => {
    rememberSecret(
      '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----\n',
    );
    expect(scrub('-----BEGIN KEY----- MIIEvQIBADANBgkqhkiG9w0B AQEFAASCBKcwggSjAgEAAoIB')).toBe(
      '-----BEGIN KEY----- ••• •••',
    );
  });

  it('takes a long text in a time that does not depend on the number of secrets', () => {
    for (let number = 0; number < 5_000; number += 1) rememberToken(`00D5e!AQ0AQ.${number}`);
    const text = 'a word, an id 0035e00000AbCdEAAV, '.repeat(10_000);
    expect(scrub(`${text} 00D5e!AQ0AQ.77`)).toBe(`${text} •••`);
  });
});
