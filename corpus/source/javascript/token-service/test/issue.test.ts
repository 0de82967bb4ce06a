import { describe, it } from 'node:test';
import assert from 'node:assert';
import { generateKeyPair } from 'jose';
import { access, check } from '../src/issue.js';

describe('tokens', () => {
  it('are accepted by their own service', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const token = await access({ sub: 'someone' }, privateKey);
    assert.equal((await check(token, publicKey)).sub, 'someone');
  });
});
