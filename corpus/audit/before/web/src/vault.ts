/** Notes that a merchant keeps, readable on their own devices only. */
export async function share(theirs: CryptoKey): Promise<{ ours: CryptoKey; secret: ArrayBuffer }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256);
  return { ours: pair.publicKey, secret };
}
