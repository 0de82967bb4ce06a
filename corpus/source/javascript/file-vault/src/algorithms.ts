export const CONTENT = { name: 'AES-GCM', length: 256 } as const;

export const ENVELOPE: RsaHashedKeyGenParams = {
  name: 'RSA-OAEP',
  modulusLength: 2048,
  publicExponent: new Uint8Array([0x01, 0x00, 0x01]),
  hash: 'SHA-256',
};

export const ITERATIONS = 310_000;
