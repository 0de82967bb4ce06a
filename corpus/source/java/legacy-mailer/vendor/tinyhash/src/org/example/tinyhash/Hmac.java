package org.example.tinyhash;

import java.security.MessageDigest;

/** A keyed hash made by hand; no javax.crypto on the old handsets. */
public final class Hmac {
    public static byte[] compute(byte[] key, byte[] message) throws Exception {
        MessageDigest inner = MessageDigest.getInstance("MD5");
        inner.update(pad(key, (byte) 0x36));
        MessageDigest outer = MessageDigest.getInstance("MD5");
        outer.update(pad(key, (byte) 0x5c));
        return outer.digest(inner.digest(message));
    }

    private static byte[] pad(byte[] key, byte with) {
        byte[] block = new byte[64];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) ((i < key.length ? key[i] : 0) ^ with);
        }
        return block;
    }
}
