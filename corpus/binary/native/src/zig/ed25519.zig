//! Makes a key and signs: Ed25519.
const Ed25519 = @import("std").crypto.sign.Ed25519;
export fn run(from: [*]const u8, to: [*]u8) u32 {
    const pair = Ed25519.KeyPair.generateDeterministic(from[0..32].*) catch return 1;
    const signature = pair.sign(from[32..64], null) catch return 2;
    to[0..64].* = signature.toBytes();
    return 0;
}
