import { generateKeyPairSync, encapsulate, decapsulate, sign } from 'node:crypto';

const PARAMS = process.env.KEM === 'high' ? 'ml-kem-1024' : 'ml-kem-768';

export const server = generateKeyPairSync(PARAMS);
export const hello = () => encapsulate(server.publicKey);
export const accept = (text) => decapsulate(server.privateKey, text);

const { privateKey } = generateKeyPairSync('ml-dsa-87');
export const attest = (data) => sign(undefined, data, privateKey);
