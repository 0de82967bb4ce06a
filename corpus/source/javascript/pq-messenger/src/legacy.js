// Version 1 and 2 of the protocol: to be removed.
import nacl from 'tweetnacl';
import _sodium from 'libsodium-wrappers';

let sodium;

export async function init() {
  await _sodium.ready;
  sodium = _sodium;
}

export const v1 = {
  pair: () => nacl.box.keyPair(),
  seal: (text, nonce, to, from) => nacl.box(text, nonce, to, from),
  open: (box, nonce, from, to) => nacl.box.open(box, nonce, from, to),
};

export function v2(text, to) {
  return sodium.crypto_box_seal(text, to);
}

export function fingerprint(key) {
  return sodium.to_hex(sodium.crypto_generichash(16, key));
}
