#include "mbedtls/ssl.h"
#include "mbedtls/ctr_drbg.h"
#include "mbedtls/pk.h"
#include "mbedtls/x509_crt.h"
#include "board.h"

static mbedtls_ssl_config conf;
static mbedtls_ctr_drbg_context drbg;
static mbedtls_pk_context device_key;
static mbedtls_x509_crt ca;

static const int suites[] = {
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    0
};

int uplink_init(const unsigned char *key_der, size_t key_len, const unsigned char *ca_der, size_t ca_len)
{
    int ret;

    if ((ret = mbedtls_ctr_drbg_seed(&drbg, board_entropy, NULL, (const unsigned char *)BOARD_NAME, sizeof(BOARD_NAME))) != 0)
        return ret;
    if ((ret = mbedtls_x509_crt_parse_der(&ca, ca_der, ca_len)) != 0)
        return ret;
    if ((ret = mbedtls_pk_parse_key(&device_key, key_der, key_len, NULL, 0, mbedtls_ctr_drbg_random, &drbg)) != 0)
        return ret;
    ret = mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (ret != 0)
        return ret;
    mbedtls_ssl_conf_ciphersuites(&conf, suites);
    return 0;
}

int uplink_sign(const unsigned char hash[32], unsigned char *sig, size_t size, size_t *len)
{
    return mbedtls_pk_sign(&device_key, MBEDTLS_MD_SHA256, hash, 32, sig, size, len, mbedtls_ctr_drbg_random, &drbg);
}
