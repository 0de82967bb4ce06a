import { CONTENT, ENVELOPE, ITERATIONS } from './algorithms';

const { subtle } = window.crypto;
const IV_BYTES = 12;

export async function passwordKey(password: string, salt: Uint8Array): Promise<CryptoKey> {
  const raw = new TextEncoder().encode(password);
  const base = await subtle.importKey('raw', raw, 'PBKDF2', false, ['deriveKey']);
  return subtle.deriveKey(
    { name: 'PBKDF2', salt, iterations: ITERATIONS, hash: 'SHA-512' },
    base,
    CONTENT,
    false,
    ['encrypt', 'decrypt'],
  );
}

export async function seal(key: CryptoKey, data: BufferSource) {
  const iv = window.crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const box = await subtle.encrypt({ name: 'AES-GCM', iv }, key, data);
  return { iv, box };
}

export const open = (key: CryptoKey, iv: Uint8Array, box: ArrayBuffer) =>
  subtle.decrypt({ name: CONTENT.name, iv, tagLength: 128 }, key, box);

export const recipient = () => subtle.generateKey(ENVELOPE, true, ['wrapKey', 'unwrapKey']);

export async function share(file: CryptoKey, to: CryptoKey): Promise<ArrayBuffer> {
  return subtle.wrapKey('raw', file, to, { name: 'RSA-OAEP' });
}

export async function accept(wrapped: ArrayBuffer, mine: CryptoKeyPair): Promise<CryptoKey> {
  return subtle.unwrapKey('raw', wrapped, mine.privateKey, { name: 'RSA-OAEP' }, 'AES-GCM', false, ['decrypt']);
}
