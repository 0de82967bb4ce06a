import { ed25519 } from '@noble/curves/ed25519';
import { ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa';
import { slh_dsa_sha2_192s as slh } from '@noble/post-quantum/slh-dsa.js';

export interface Identity {
  classic: Uint8Array;
  quantumSafe: { secretKey: Uint8Array; publicKey: Uint8Array };
}

export function createIdentity(): Identity {
  return {
    classic: ed25519.utils.randomPrivateKey(),
    quantumSafe: ml_dsa65.keygen(),
  };
}

export function sign(identity: Identity, message: Uint8Array) {
  return {
    ed: ed25519.sign(message, identity.classic),
    ml: ml_dsa65.sign(identity.quantumSafe.secretKey, message),
  };
}

const SCHEMES = { standard: ml_dsa65, high: ml_dsa87, archive: slh };

export function verifyWith(level: keyof typeof SCHEMES, key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return SCHEMES[level].verify(key, message, signature);
}

export const archive = (key: Uint8Array, message: Uint8Array) => slh.sign(key, message);
