const assert = require('assert');
const { generateKeyPairSync } = require('crypto');
const { seal } = require('../lib/seal');

describe('seal', function () {
  it('wraps the key', function () {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    assert.ok(seal(Buffer.from('x'), publicKey).wrapped);
  });
});
