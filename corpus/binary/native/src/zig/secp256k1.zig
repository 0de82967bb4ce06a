//! Makes a key and signs: ECDSA over secp256k1.
const Ecdsa = @import("std").crypto.sign.ecdsa.EcdsaSecp256k1Sha256;
export fn run(from: [*]const u8, to: [*]u8) u32 {
    const pair = Ecdsa.KeyPair.generateDeterministic(from[0..Ecdsa.KeyPair.seed_length].*) catch return 1;
    const signature = pair.sign(from[64..128], null) catch return 2;
    to[0..Ecdsa.Signature.encoded_length].* = signature.toBytes();
    return 0;
}
