import { SignJWT, jwtVerify, generateSecret, type JWTPayload, type KeyLike } from 'jose';
import jwt, { type Algorithm } from 'jsonwebtoken';
import { Alg, settings } from './settings.js';

const ACCESS = { alg: 'ES256', typ: 'at+jwt' } as const;

export async function access(claims: JWTPayload, key: KeyLike): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader(ACCESS)
    .setIssuer(settings.issuer)
    .setExpirationTime('10m')
    .sign(key);
}

export function refresh(sub: string, key: string): string {
  return jwt.sign({ sub }, key, { algorithm: Alg.Refresh as Algorithm, expiresIn: '30d' });
}

export function configured(sub: string, key: string): string {
  return jwt.sign({ sub }, key, { algorithm: settings.algorithm as Algorithm });
}

export async function check(token: string, key: KeyLike): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, key, { algorithms: ['ES256', 'RS256'], issuer: settings.issuer });
  return payload;
}

export const sessionKey = () => generateSecret('A256GCM');
