import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from '../../src/cli/init/certificate.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const notBefore = Date.UTC(2026, 10, 28, 9, 5, 7);

function certificateUntil(notAfter: number): X509Certificate {
  const { privateKey } = keys;
  return new X509Certificate(
    selfSignedCertificate({ privateKey, name: 'sharetrail', notBefore, notAfter }),
  );
}

test('is a valid self-signed certificate of the key, with its name and its times', () => {
  const certificate = certificateUntil(Date.UTC(2028, 10, 28));
  const publicKey = createPublicKey(keys.publicKey);
  expect(certificate.verify(publicKey)).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(keys.privateKey))).toBe(true);
  expect(certificate.publicKey.equals(publicKey)).toBe(true);
  expect(certificate).toMatchObject({ subject: 'CN=sharetrail', issuer: 'CN=sharetrail' });
  expect(certificate.validFromDate).toEqual(new Date(notBefore));
  expect(certificate.validToDate).toEqual(new Date(Date.UTC(2028, 10, 28)));
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
});

test.each([2049, 2050, 2051])('ends in %i', (year) => {
  const notAfter = Date.UTC(year, 11, 31, 23, 59, 59);
  expect(certificateUntil(notAfter).validToDate).toEqual(new Date(notAfter));
});

test('of another key, the signature is not valid', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(certificateUntil(Date.UTC(2028, 0, 1)).verify(other.publicKey)).toBe(false);
});

test('two certificates have different serial numbers', () => {
  const [one, other] = [certificateUntil(notBefore + 1_000), certificateUntil(notBefore + 1_000)];
  expect(one.serialNumber).not.toBe(other.serialNumber);
});
