import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';

/*
 * A self-signed X.509 certificate (RFC 5280), which Node can read but not make. A library for this
 * single file of five fields would be the largest dependency of the program.
 */

export interface CertificateOptions {
  /** RSA, PEM */
  readonly privateKey: string;
  /** the common name; ASCII */
  readonly name: string;
  /** epoch milliseconds, inclusive */
  readonly notBefore: number;
  readonly notAfter: number;
}

const TAG = {
  integer: 0x02,
  bits: 0x03,
  text: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;
/** context-specific tag 0: the version */
const TAG_VERSION = 0xa0;
const VERSION_3 = 2;
/** sha256WithRSAEncryption (1.2.840.113549.1.1.11) with NULL parameters, encoded */
const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
/** commonName (2.5.4.3), encoded */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SERIAL_BYTES = 16;
const GENERALIZED_TIME_FROM = 2050;
const LENGTH_SHORT_MAX = 0x7f;
const PEM_LINE = /.{1,64}/g;

/** Returns the certificate as PEM. */
export function selfSignedCertificate(options: CertificateOptions): string {
  const key = createPrivateKey(options.privateKey);
  const name = nameOf(options.name);
  const body = der(
    TAG.sequence,
    der(TAG_VERSION, der(TAG.integer, Buffer.of(VERSION_3))),
    der(TAG.integer, serialNumber()),
    SHA256_WITH_RSA,
    name,
    der(TAG.sequence, timeOf(options.notBefore), timeOf(options.notAfter)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const signature = der(TAG.bits, Buffer.of(0), sign('sha256', body, key));
  return pemOf(der(TAG.sequence, body, SHA256_WITH_RSA, signature));
}

/** One value of DER: its tag, the length of its content, and the content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(bytes.length), bytes]);
}

function lengthOf(length: number): Buffer {
  if (length <= LENGTH_SHORT_MAX) return Buffer.of(length);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes]);
}

function nameOf(commonName: string): Buffer {
  const attribute = der(TAG.sequence, COMMON_NAME, der(TAG.text, Buffer.from(commonName)));
  return der(TAG.sequence, der(TAG.set, attribute));
}

/** RFC 5280: UTCTime, with two digits of the year, until 2049; GeneralizedTime from 2050. */
function timeOf(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  const isShort = new Date(at).getUTCFullYear() < GENERALIZED_TIME_FROM;
  return isShort
    ? der(TAG.utcTime, Buffer.from(text.slice(2)))
    : der(TAG.generalizedTime, Buffer.from(text));
}

/** Positive, and without a leading zero byte. */
function serialNumber(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes;
}

function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(PEM_LINE) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
