import config from 'config';

export const KEY_BITS = 3072;

export enum Alg {
  Access = 'ES256',
  Refresh = 'PS384',
  Legacy = 'HS256',
}

export interface Settings {
  issuer: string;
  algorithm: string;
}

export const settings: Settings = {
  issuer: config.get('tokens.issuer'),
  algorithm: config.get<string>('tokens.algorithm'),
};
