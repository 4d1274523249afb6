import { expect, test } from 'vitest';
import {
  addressAsGiven,
  addressOf,
  comparedAddress,
  domainOf,
  isInternalAddress,
  isInternalSharer,
  mailboxOf,
} from '../../src/share/address.ts';

const DOMAINS = ['acme.com', 'münchen.example'];

test.each([
  ['jane@acme.com', 'the domain itself'],
  ['jane@eu.acme.com', 'a subdomain'],
  ['jane@a.b.c.acme.com', 'a subdomain of a subdomain'],
  ['Jane@ACME.Com', 'capitals'],
  ['jane@acme.com.', 'the trailing dot'],
  [' jane@acme.com ', 'spaces around it'],
  ['jane+deck@acme.com', 'a plus-address'],
  ['"odd@globex.com"@acme.com', 'another domain in the quoted local part'],
  ['jane@münchen.example', 'an international domain'],
  ['jane@xn--mnchen-3ya.example', 'the same in punycode'],
  ['jane@MÜNCHEN.example', 'the same in capitals'],
  ['jane@ａcme.com', 'a full-width letter'],
])('%s is internal: %s', (email) => {
  expect(isInternalAddress(email, DOMAINS)).toBe(true);
});

test.each([
  ['jane@globex.com', 'another domain'],
  ['jane@notacme.com', 'a domain that only ends with the same letters'],
  ['jane@acme.com.evil.com', 'a domain that only starts the same'],
  ['jane@com', 'the parent of an internal domain'],
  ['jane@acme.com@globex.com', 'an internal domain in the local part'],
  ['acme.com', 'no address'],
  ['jane@', 'no domain'],
  ['', 'nothing'],
  ['jane@acme.com/x', 'a slash, at which a URL parser truncates'],
  ['jane@globex.com/acme.com', 'a slash before an internal domain'],
  ['jane@acme%2ecom', 'an escape, which a URL parser decodes'],
  ['jane@acme.com:25', 'a port'],
  ['jane@ac\tme.com', 'a tab, which a URL parser drops'],
  ['Jane <jane@acme.com>', 'a name before it'],
  ['jane@acme.com.invalid', 'a suffix that only Salesforce users have'],
])('%j is not internal: %s', (email) => {
  expect(isInternalAddress(email, DOMAINS)).toBe(false);
});

test('without internal domains, no address is internal', () => {
  expect(isInternalAddress('jane@acme.com', [])).toBe(false);
});

test('an empty internal domain makes no address internal', () => {
  expect(isInternalAddress('jane@globex.com', ['', '.'])).toBe(false);
  expect(isInternalAddress('jane@', ['', '.'])).toBe(false);
});

test('internal domains can be in capitals or in punycode', () => {
  expect(isInternalAddress('jane@acme.com', ['ACME.com'])).toBe(true);
  expect(isInternalAddress('jane@münchen.example', ['xn--mnchen-3ya.example'])).toBe(true);
});

test("a sandbox user's address is internal if it is internal without .invalid", () => {
  expect(isInternalSharer('jane@acme.com.invalid', DOMAINS)).toBe(true);
  expect(isInternalSharer('Jane@EU.Acme.COM.INVALID', DOMAINS)).toBe(true);
  expect(isInternalSharer('jane@acme.com', DOMAINS)).toBe(true);
  expect(isInternalSharer('jane@globex.com.invalid', DOMAINS)).toBe(false);
  expect(isInternalSharer('jane@globex.com', DOMAINS)).toBe(false);
});

test('the domain of an address has the form that DNS compares', () => {
  expect(domainOf('Jane@MÜNCHEN.example.')).toBe('xn--mnchen-3ya.example');
  expect(domainOf('jane')).toBeUndefined();
});

test.each([
  ['ines.neves@gmail.com', 'inesneves@gmail.com'],
  ['Ines.Neves+deals@GoogleMail.com ', 'inesneves@gmail.com'],
  ['ines.neves+deals@globex.com', 'ines.neves+deals@globex.com'],
  ['ines.neves@mail.gmail.com', 'ines.neves@mail.gmail.com'],
  ['+x@gmail.com', '+x@gmail.com'],
])('the mailbox of %s is %s', (email, mailbox) => {
  expect(mailboxOf(email)).toBe(mailbox);
});

test.each([
  ['ines@brightwater.example', 'ines@brightwater.example', 'a plain address'],
  ["Ines.O'Neill+deck@Bright-Water.co.uk", "Ines.O'Neill+deck@Bright-Water.co.uk", 'as typed'],
  ['  ines@brightwater.example\u00a0', 'ines@brightwater.example', 'blanks around it'],
  ['ines @ brightwater.example', 'ines@brightwater.example', 'blanks around the @'],
  ['\u200bines@bright\u200bwater.example\ufeff', 'ines@brightwater.example', 'zero-width'],
  ['in\u00ades@brightwater.example', 'ines@brightwater.example', 'a soft hyphen'],
  ['Ines <ines@brightwater.example>', 'ines@brightwater.example', 'a name before it'],
  ['"Neves, Ines" < ines@brightwater.example >', 'ines@brightwater.example', 'a quoted name'],
  ['<ines@brightwater.example>', 'ines@brightwater.example', 'only the brackets'],
  ['ines@münchen.example', 'ines@münchen.example', 'an international domain'],
])('%j is the address %s: %s', (text, address) => {
  expect(addressOf(text)).toBe(address);
});

test.each([
  ['ines@brightwater', 'no top-level domain'],
  ['autoproc@00d5e0000000007eaa', 'an automation of Salesforce'],
  ['ines@brightwater.example.', 'a trailing dot'],
  ['ines@.brightwater.example', 'an empty label'],
  ['ines@bright..water.example', 'an empty label within'],
  ['ines neves@brightwater.example', 'a blank in the local part'],
  ['ines@bright water.example', 'a blank in the domain'],
  ['ines@brightwater.example, bob@globex.example', 'two addresses'],
  ['ines@brightwater.example;bob', 'a separator'],
  ['Ines <ines@x>', 'a name before no address'],
  ['Ines <ines@brightwater.example> <bob@globex.example>', 'two addresses in brackets'],
  ['ines@10.0.0.1', 'an IP address'],
  ['ines@globex.example@brightwater.example', 'two @'],
  ['@brightwater.example', 'no local part'],
  ['mailto:ines@brightwater.example', 'a link'],
  ['"ines"@brightwater.example', 'quotation marks'],
  ['ines@[192.0.2.1]', 'an IP address in brackets'],
  ['.ines@brightwater.example', 'a leading dot'],
  ['ines.@brightwater.example', 'a dot before the @'],
  ['ines..neves@brightwater.example', 'two dots'],
  ['ines@-brightwater.example', 'a leading hyphen'],
  ['ines@bright_water.example', 'an underscore in the domain'],
  ['ines@brightwater.e', 'a top-level domain of one letter'],
  ['ines', 'a word'],
  [`${'a'.repeat(310)}@brightwater.example`, 'too long'],
  [' ', 'blanks'],
  ['', 'nothing'],
])('%j is no address: %s', (text) => {
  expect(addressOf(text)).toBeUndefined();
});

test.each([
  ['Ines.Marlow@Client.example', 'Ines.Marlow@Client.example', 'capitals'],
  ['ines@client.example', 'ines@client.example', 'none'],
  [' Ines@Client.example ', 'Ines@Client.example', 'blanks around it'],
  ['Ines Marlow <Ines@Client.example>', 'Ines@Client.example', 'a name before it'],
  ['\u200bInes @ Client.example', 'Ines@Client.example', 'blanks and zero-width characters in it'],
  ['Ünal@Client.example', 'Ünal@Client.example', 'other letters than ASCII'],
  ['Ines@MÜNCHEN.example', 'ines@münchen.example', 'such letters in the domain'],
  ['Ines@straẞe.example', 'ines@straße.example', 'a letter of another domain'],
  ['Ines@\u212aelvin.example', 'ines@kelvin.example', 'a letter that SQLite does not compare'],
  ['\u0130nes@client.example', '\u0130nes@client.example', 'a letter that is two in lower case'],
])('%j is given as %s: %s', (text, given) => {
  const compared = addressOf(comparedAddress(text)) ?? expect.fail('no address');
  expect(addressAsGiven(text, compared)).toBe(given);
  expect(addressAsGiven(text, compared).toLowerCase()).toBe(compared);
});

test('an address as given is never another one than the compared one', () => {
  expect(addressAsGiven('Bob@globex.example', 'ines@client.example')).toBe('ines@client.example');
  expect(addressAsGiven('no address', 'ines@client.example')).toBe('ines@client.example');
});

test('a very long text that is almost an address is refused at once', () => {
  expect(addressOf(`ines@${'a-'.repeat(200_000)}`)).toBeUndefined();
});
