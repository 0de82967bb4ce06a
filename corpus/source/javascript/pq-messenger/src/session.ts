import { x25519 } from '@noble/curves/ed25519.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes } from '@noble/hashes/utils.js';

export function prekeys() {
  const ec = x25519.utils.randomSecretKey();
  const { publicKey, secretKey } = ml_kem768.keygen();
  return { ec, ecPublic: x25519.getPublicKey(ec), kem: secretKey, kemPublic: publicKey };
}

export function initiate(theirEc: Uint8Array, theirKem: Uint8Array) {
  const eph = x25519.utils.randomSecretKey();
  const classic = x25519.getSharedSecret(eph, theirEc);
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(theirKem);
  return { cipherText, key: combine(classic, sharedSecret) };
}

export function respond(cipherText: Uint8Array, kem: Uint8Array, ec: Uint8Array, theirs: Uint8Array) {
  return combine(x25519.getSharedSecret(ec, theirs), ml_kem768.decapsulate(cipherText, kem));
}

const combine = (a: Uint8Array, b: Uint8Array) => hkdf(sha256, concatBytes(a, b), undefined, 'session', 32);

export const encrypt = (key: Uint8Array, nonce: Uint8Array, text: Uint8Array) => xchacha20poly1305(key, nonce).encrypt(text);
