'use strict';

const constants = require('crypto').constants;

const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
];

exports.modern = {
  minVersion: 'TLSv1.2',
  ciphers: SUITES.join(':'),
  ecdhCurve: 'X25519:prime256v1',
  secureOptions: constants.SSL_OP_NO_SSLv3,
};

exports.GROUPS = process.env.GATEWAY_GROUPS || 'X25519MLKEM768:X25519';
