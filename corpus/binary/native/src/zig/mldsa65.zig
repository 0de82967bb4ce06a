//! Makes a key and signs: ML-DSA-65.
const MlDsa65 = @import("std").crypto.sign.mldsa.MLDSA65;
export fn run(from: [*]const u8, to: [*]u8) u32 {
    const pair = MlDsa65.KeyPair.generateDeterministic(from[0..32].*) catch return 1;
    const signature = pair.sign(from[32..64], null) catch return 2;
    to[0..MlDsa65.Signature.encoded_length].* = signature.toBytes();
    return 0;
}
