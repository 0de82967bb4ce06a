#include <botan/auto_rng.h>
#include <botan/ecdsa.h>
#include <botan/ml_dsa.h>
#include <botan/pubkey.h>
#include <memory>
#include <string>

namespace vault {

class Signer {
public:
    Signer() : key_(std::make_unique<Botan::ECDSA_PrivateKey>(rng_, Botan::EC_Group("secp384r1"))) {}
    std::vector<uint8_t> sign(const std::vector<uint8_t>& doc)
    {
        Botan::PK_Signer signer(*key_, rng_, "EMSA1(SHA-384)");
        return signer.sign_message(doc, rng_);
    }

private:
    Botan::AutoSeeded_RNG rng_;
    std::unique_ptr<Botan::Private_Key> key_;
};

// For documents that must still hold in 2040.
std::unique_ptr<Botan::Private_Key> archiveKey(Botan::RandomNumberGenerator& rng)
{
    return Botan::create_private_key("ML-DSA", rng, "ML-DSA-8x7");
}

} // namespace vault
