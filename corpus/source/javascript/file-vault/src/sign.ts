type Signer = { key: CryptoKeyPair; algorithm: EcdsaParams };

const ECDSA: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-384' };

export class Signatures {
  private subtle: SubtleCrypto = crypto.subtle;
  private static readonly HASH = 'SHA-384';

  async create(): Promise<Signer> {
    const key = await this.subtle.generateKey(ECDSA, false, ['sign', 'verify']);
    return { key, algorithm: { name: 'ECDSA', hash: { name: Signatures.HASH } } };
  }

  sign(signer: Signer, data: BufferSource) {
    const algorithm = { name: 'ECDSA', hash: Signatures.HASH };
    return this.subtle.sign(algorithm, signer.key.privateKey, data);
  }

  verify(signer: Signer, signature: ArrayBuffer, data: BufferSource) {
    return this.subtle.verify(signer.algorithm, signer.key.publicKey, signature, data);
  }
}
