package com.example.wallet;

import org.bouncycastle.crypto.BufferedBlockCipher;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

class WalletFile {
    private static final int N = 1 << 18;

    byte[] lock(byte[] secret, byte[] password, byte[] salt, byte[] iv) throws Exception {
        byte[] derived = SCrypt.generate(password, salt, N, 8, 1, 32);
        BufferedBlockCipher cipher = new BufferedBlockCipher(SICBlockCipher.newInstance(AESEngine.newInstance()));
        cipher.init(true, new ParametersWithIV(new KeyParameter(derived, 0, 16), iv));
        byte[] locked = new byte[secret.length];
        int done = cipher.processBytes(secret, 0, secret.length, locked, 0);
        cipher.doFinal(locked, done);
        HMac mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(derived, 16, 16));
        return locked;
    }
}
