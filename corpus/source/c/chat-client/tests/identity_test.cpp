#include <gtest/gtest.h>
#include <sodium.h>
#include "../src/identity.hpp"

TEST(Identity, SignsWhatItIsGiven)
{
    unsigned char pk[32], sk[64], seed[32] = {1};
    crypto_sign_seed_keypair(pk, sk, seed);
    EXPECT_EQ(0, sodium_init());
}
