/** The status board: public tomorrow, and little harm if nobody sees it. */
export async function pair(theirs: CryptoKey): Promise<ArrayBuffer> {
  const own = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  return crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own.privateKey, 256);
}
