import nodeCrypto, { createHash as h, constants as K } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { ['createHmac']: mac, ...rest } = require('crypto');
const make = nodeCrypto['generateKeyPair' + 'Sync'];
const { createCipheriv: enc = null } = nodeCrypto;
const bound = nodeCrypto.createDecipheriv.bind(nodeCrypto);

export const one = h('sha' + '3-' + 256);
export const two = mac(['sha', 384].join(''), 'k');
export const three = make('ec', { namedCurve: `${'secp'}${384}r1` });
export const four = enc(`aes-${128 * 2}-cbc`, key, iv);
export const five = bound('AES-192-CTR'.toLowerCase(), key, iv);
export const six = (0, nodeCrypto.createECDH)('prime256v1');
export const seven = rest.createHash('whirlpool');
export const eight = nodeCrypto.publicEncrypt.call(null, { key: pem, padding: K['RSA_PKCS1_PADDING'] }, data);
