import * as c from 'crypto';

type Level = 'low' | 'high';
const SIZES: Record<Level, number> = { low: 2048, high: 4096 };
const strong = process.env.STRONG === '1';

export const chosen = c.generateKeyPairSync('rsa', { modulusLength: strong ? SIZES.high : SIZES.low });
export const sized = (level: Level) => c.generateKeyPairSync('rsa', { modulusLength: SIZES[level] });
export const named = (name: string) => c.createHash(name);
export const envSize = c.generateKeyPairSync('rsa', { modulusLength: parseInt(process.env.RSA_BITS ?? '3072', 10) });

export function pick(legacy: boolean) {
  let curve = 'prime256v1';
  if (legacy) {
    curve = 'secp192k1';
  }
  return c.createECDH(curve);
}

export function last(kind: number) {
  let digest;
  switch (kind) {
    case 1:
      digest = 'sha1';
      break;
    default:
      digest = 'sha256';
  }
  digest = 'sha512';
  return c.createHash(digest);
}

export class Base {
  protected algorithm(): string {
    return 'aes-256-gcm';
  }

  encrypt(key: Buffer, iv: Buffer) {
    return c.createCipheriv(this.algorithm(), key, iv);
  }
}

namespace Defaults {
  export const digest = 'ripemd160';
}
export const inNamespace = c.createHash(Defaults.digest);

const handlers: Record<string, (d: Buffer) => Buffer> = {
  md5: (d) => c.createHash('md5').update(d).digest(),
  blake: (d) => c.createHash('blake2b512').update(d).digest(),
};
export const run = (which: string, d: Buffer) => handlers[which](d);
