import { createHash, generateKeyPairSync, subtle } from './crypto/index.js';
import * as crypto from './crypto/index.js';

// crypto.generateKeyPairSync('rsa', { modulusLength: 512 }) was here once
export const id = createHash('md5').update('x').digest();
export const fake = generateKeyPairSync('rsa', { modulusLength: 512 });
export const none = subtle.digest('SHA-1', new Uint8Array(3));
export const also = crypto.createHash('sha1').update('y').digest();
export const help = `Use require('crypto').createCipheriv('des-ecb', key, null) at your own risk`;

class Crypto {
  createECDH(curve) {
    return curve;
  }
}
export const ecdh = new Crypto().createECDH('secp256k1');

export function injected(crypto) {
  return crypto.createSign('RSA-MD5');
}
