const crypto = require('crypto');
const forge = require('node-forge');

const MODES = {
  fast: { cipher: 'aes-128-gcm', key: 16 },
  strong: { cipher: 'aes-256-gcm', key: 32 },
};

/** Encrypts to a PEM public key: a fresh AES key, wrapped with RSA. */
function seal(data, pem) {
  const key = crypto.randomBytes(32);
  const iv = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(data), cipher.final()]);
  const wrapped = crypto.publicEncrypt({ key: pem, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, key);
  return { iv, tag: cipher.getAuthTag(), body, wrapped };
}

function sealAs(mode, data) {
  const { cipher, key } = MODES[mode];
  return crypto.createCipheriv(cipher, crypto.randomBytes(key), crypto.randomBytes(12)).update(data);
}

function open(box, pem) {
  const key = crypto.privateDecrypt({ key: pem, padding: crypto.constants.RSA_PKCS1_PADDING }, box.wrapped);
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, box.iv);
  decipher.setAuthTag(box.tag);
  return Buffer.concat([decipher.update(box.body), decipher.final()]);
}

function certificate(days) {
  const keys = forge.pki.rsa.generateKeyPair({ bits: 2048 });
  const cert = forge.pki.createCertificate();
  cert.publicKey = keys.publicKey;
  cert.validity.notAfter.setDate(cert.validity.notBefore.getDate() + days);
  cert.sign(keys.privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(cert);
}

module.exports = { seal, sealAs, open, certificate };
