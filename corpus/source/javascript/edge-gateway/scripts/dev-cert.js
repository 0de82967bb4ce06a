// Makes a certificate for local use. Not for production: 1024 bits would be rejected by browsers, so 2048.
const selfsigned = require('selfsigned');
const fs = require('fs');

const pems = selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
  keySize: 2048,
  algorithm: 'sha256',
  days: 7,
});

fs.writeFileSync('key.pem', pems.private);
fs.writeFileSync('cert.pem', pems.cert);
