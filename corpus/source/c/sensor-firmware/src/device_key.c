#include <psa/crypto.h>

#define DEVICE_KEY_BITS 256
#define STORAGE_KEY_ID ((psa_key_id_t)0x0010)

psa_status_t device_key_make(psa_key_id_t *out)
{
    psa_key_attributes_t attr = PSA_KEY_ATTRIBUTES_INIT;

    psa_set_key_usage_flags(&attr, PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attr, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    psa_set_key_type(&attr, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attr, DEVICE_KEY_BITS);
    return psa_generate_key(&attr, out);
}

psa_status_t storage_encrypt(const uint8_t *in, size_t n, uint8_t *out, size_t size, size_t *len)
{
    static const uint8_t nonce[12];

    return psa_aead_encrypt(STORAGE_KEY_ID, PSA_ALG_GCM, nonce, sizeof(nonce), NULL, 0, in, n, out, size, len);
}

psa_status_t attest(psa_key_id_t key, const uint8_t *hash, uint8_t sig[64], size_t *n)
{
    return psa_sign_hash(key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), hash, 32, sig, 64, n);
}
