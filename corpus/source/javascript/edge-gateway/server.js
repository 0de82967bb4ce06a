'use strict';

const fs = require('fs');
const https = require('https');
const http2 = require('http2');
const tls = require('tls');
const { modern, GROUPS } = require('./config/tls');

tls.DEFAULT_MIN_VERSION = 'TLSv1.2';

const credentials = () => ({
  key: fs.readFileSync(process.env.TLS_KEY || 'key.pem'),
  cert: fs.readFileSync(process.env.TLS_CERT || 'cert.pem'),
});

const gateway = http2.createSecureServer({ ...credentials(), minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768:X25519', allowHTTP1: true });

const admin = https.createServer(Object.assign({ requestCert: true }, credentials(), { minVersion: 'TLSv1.2', sigalgs: 'ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256' }), (req, res) => {
  res.end(req.socket.getCipher().name);
});

const legacy = https.createServer({ ...credentials(), ...modern }, (req, res) => res.end());

function upstream(host) {
  const socket = tls.connect({ host, port: 8443, servername: host, minVersion: 'TLSv1.3' }, () => socket.write('ping'));
  return socket;
}

const pool = new https.Agent({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384:!aNULL' });

exports.health = () => https.get({ host: 'status.example.com', agent: pool }, (res) => res.resume());

gateway.listen(443);
admin.listen(9443);
legacy.listen(8443);
module.exports.upstream = upstream;
