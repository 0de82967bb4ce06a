import React, { useCallback, useState } from 'react';
import SHA256 from 'crypto-js/sha256';
import { seal } from './vault';

interface Props {
  vaultKey: CryptoKey;
  onDone: (id: string) => void;
}

export function Upload({ vaultKey, onDone }: Props) {
  const [digest, setDigest] = useState<string>();

  const upload = useCallback(async (file: File) => {
    const data = await file.arrayBuffer();
    const hash = await crypto.subtle.digest('SHA-256', data);
    setDigest(hex(hash));
    await seal(vaultKey, data);
    onDone(SHA256(file.name).toString());
  }, [vaultKey, onDone]);

  return (
    <section data-algorithm="RSA-OAEP">
      <input type="file" onChange={(e) => e.target.files?.[0] && upload(e.target.files[0])} />
      <button onClick={() => crypto.subtle.digest('SHA-1', new Uint8Array(1)).then((d) => setDigest(hex(d)))}>check</button>
      {digest && <p>Your file was protected with AES and SHA-256: {digest}</p>}
    </section>
  );
}

const hex = (buffer: ArrayBuffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');
