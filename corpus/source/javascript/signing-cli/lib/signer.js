var crypto = require('crypto');
var util = require('util');
var EventEmitter = require('events');

var DEFAULTS = { digest: 'RSA-SHA256', bits: 2048 };

function Signer(options) {
  EventEmitter.call(this);
  this.options = Object.assign({}, DEFAULTS, options);
}
util.inherits(Signer, EventEmitter);

Signer.prototype.generate = function (done) {
  var self = this;
  crypto.generateKeyPair('rsa', { modulusLength: 4096, publicExponent: 0x10001 }, function (err, publicKey, privateKey) {
    if (err) return done(err);
    var sig = crypto.sign('sha512', Buffer.from('probe'), privateKey);
    if (!crypto.verify('sha512', Buffer.from('probe'), publicKey, sig)) return self.emit('error', new Error('bad key'));
    done(null, privateKey);
  });
};

Signer.prototype.sign = function (file, key) {
  var signer = crypto.createSign('RSA-SHA256');
  file.pipe(signer);
  return new Promise(function (resolve) {
    file.on('end', function () { resolve(signer.sign(key, 'base64')); });
  });
};

Signer.prototype.verify = function (data, signature, certificate) {
  var verifier = crypto.createVerify(DEFAULTS.digest);
  verifier.update(data);
  return verifier.verify(certificate, signature, 'base64');
};

module.exports = Signer;
