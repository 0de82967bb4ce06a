import { generateKeyPairSync, createPublicKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import * as crypto from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KEY_BITS } from './settings.js';

const generateKeyPair = promisify(crypto.generateKeyPair);

export class KeyRing {
  private readonly curve: string = 'P-256';
  #current?: KeyObject;

  async rotate(): Promise<KeyObject> {
    const { privateKey } = await generateKeyPair('ec', { namedCurve: this.curve });
    this.#current = privateKey;
    return privateKey;
  }

  backup(): string {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: KEY_BITS,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    return pair.privateKey;
  }

  fingerprint(key: KeyObject): string {
    const der = key.export({ type: 'spki', format: 'der' });
    return crypto.createHash('sha256').update(der).digest('base64url');
  }

  async load(path: string): Promise<KeyObject> {
    return createPublicKey(await readFile(path));
  }

  get active(): KeyObject {
    return this.#current as KeyObject;
  }
}
