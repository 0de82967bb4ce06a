//! Makes a key and encapsulates: ML-KEM-768.
const MlKem768 = @import("std").crypto.kem.ml_kem.MLKem768;
export fn run(from: [*]const u8, to: [*]u8) u32 {
    const pair = MlKem768.KeyPair.generateDeterministic(from[0..64].*) catch return 1;
    const sealed = pair.public_key.encapsDeterministic(from[64..96]);
    to[0..MlKem768.ciphertext_length].* = sealed.ciphertext;
    return 0;
}
