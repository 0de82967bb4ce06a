/* The boot code of a terminal: takes no update that the key in ROM did not sign. */
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <stddef.h>

int update_is_ours(const unsigned char *digest, int length, const ECDSA_SIG *signature,
                   const unsigned char *rom, size_t rom_length)
{
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_secp384r1);
    int fine = key != NULL && o2i_ECPublicKey(&key, &rom, (long)rom_length) != NULL
        && ECDSA_do_verify(digest, length, signature, key) == 1;
    EC_KEY_free(key);
    return fine;
}
