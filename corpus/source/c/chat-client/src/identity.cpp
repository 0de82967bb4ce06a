#include "identity.hpp"
#include <openssl/rsa.h>
#include <stdexcept>

namespace chat {

namespace {
constexpr int kBackupBits = 4096;
}

PKeyPtr Identity::makeDeviceKey(int bits)
{
    PKeyCtxPtr ctx(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* raw = nullptr;

    if (EVP_PKEY_keygen_init(ctx.get()) <= 0
        || EVP_PKEY_CTX_set_rsa_keygen_bits(ctx.get(), bits) <= 0
        || EVP_PKEY_keygen(ctx.get(), &raw) <= 0)
        throw std::runtime_error("keygen");
    return PKeyPtr(raw);
}

PKeyPtr makeBackupKey()
{
    PKeyPtr key(EVP_RSA_gen(kBackupBits));
    return key;
}

} // namespace chat
