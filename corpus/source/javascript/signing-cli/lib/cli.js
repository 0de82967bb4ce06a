#!/usr/bin/env node
const { createHash, createHmac } = require('crypto');
const EC = require('elliptic').ec;
const Signer = require('./signer');
const { seal } = require('./seal');

const hashers = ['sha256', 'sha512'].map((name) => ({ name, hash: createHash(name) }));

function commit(curve, message) {
  const ec = new EC(curve);
  const key = ec.genKeyPair();
  return key.sign(createHash('sha1').update(message).digest()).toDER('hex');
}

async function main([command, ...args]) {
  switch (command) {
    case 'commit':
      return console.log(commit('secp256k1', args[0]));
    case 'mac':
      return console.log(createHmac(process.env.MAC_DIGEST || 'sha256', args[0]).update(args[1]).digest('hex'));
    case 'hash':
      return hashers.forEach(({ name, hash }) => console.log(name, hash.update(args[0]).digest('hex')));
    case 'seal':
      return console.log(seal(Buffer.from(args[0]), args[1]));
    default:
      return new Signer().generate((err, key) => console.log(err || key.export({ type: 'pkcs8', format: 'pem' })));
  }
}

main(process.argv.slice(2));
