import { test, expect } from 'vitest';
import { ml_kem512 } from '@noble/post-quantum/ml-kem.js';
import { initiate, prekeys, respond } from '../src/session';

test('both sides agree', () => {
  const bob = prekeys();
  const alice = initiate(bob.ecPublic, bob.kemPublic);
  expect(respond(alice.cipherText, bob.kem, bob.ec, bob.ecPublic)).toBeDefined();
});

test('a smaller parameter set is refused', () => {
  const weak = ml_kem512.keygen();
  expect(() => initiate(new Uint8Array(32), weak.publicKey)).toThrow();
});
