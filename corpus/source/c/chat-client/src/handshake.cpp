#include <oqs/oqs.h>
#include <sodium.h>
#include <memory>
#include <vector>

namespace chat {

using Bytes = std::vector<unsigned char>;

// X25519 and ML-KEM-768 side by side; the session key depends on both.
class Handshake {
public:
    explicit Handshake(const char* kem = OQS_KEM_alg_ml_kem_768) : kem_(OQS_KEM_new(kem))
    {
        crypto_kx_keypair(pk_, sk_);
    }
    ~Handshake() { OQS_KEM_free(kem_); }

    Bytes respond(const Bytes& peerKem, const unsigned char* peerX)
    {
        Bytes ct(kem_->length_ciphertext), ss(kem_->length_shared_secret), out(32);
        OQS_KEM_encaps(kem_, ct.data(), ss.data(), peerKem.data());
        unsigned char x[crypto_scalarmult_BYTES];
        if (crypto_scalarmult(x, sk_, peerX) != 0)
            return {};
        crypto_generichash_state st;
        crypto_generichash_init(&st, nullptr, 0, out.size());
        crypto_generichash_update(&st, x, sizeof x);
        crypto_generichash_update(&st, ss.data(), ss.size());
        crypto_generichash_final(&st, out.data(), out.size());
        return out;
    }

private:
    OQS_KEM* kem_;
    unsigned char pk_[crypto_kx_PUBLICKEYBYTES], sk_[crypto_kx_SECRETKEYBYTES];
};

Bytes seal(const Bytes& key, const Bytes& nonce, const Bytes& text)
{
    Bytes out(text.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    unsigned long long n = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), &n, text.data(), text.size(), nullptr, 0, nullptr, nonce.data(), key.data());
    return out;
}

} // namespace chat
