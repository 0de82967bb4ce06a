#pragma once
#include <array>
#include <memory>
#include <sodium.h>
#include <openssl/evp.h>

namespace chat {

struct PKeyDeleter { void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); } };
using PKeyPtr = std::unique_ptr<EVP_PKEY, PKeyDeleter>;
using PKeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

class Identity {
public:
    Identity() { crypto_sign_keypair(pub_.data(), secret_.data()); }
    std::array<unsigned char, 64> sign(const unsigned char* m, size_t n) const {
        std::array<unsigned char, 64> out{};
        crypto_sign_detached(out.data(), nullptr, m, n, secret_.data());
        return out;
    }
    static PKeyPtr makeDeviceKey(int bits = kDeviceBits);

private:
    static constexpr int kDeviceBits = 2048;
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> pub_;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_;
};

} // namespace chat
