#ifndef _UECC_H_
#define _UECC_H_

#include <stdint.h>

struct uECC_Curve_t;
typedef const struct uECC_Curve_t * uECC_Curve;

uECC_Curve uECC_secp160r1(void);
uECC_Curve uECC_secp256r1(void);
int uECC_make_key(uint8_t *public_key, uint8_t *private_key, uECC_Curve curve);
int uECC_shared_secret(const uint8_t *public_key, const uint8_t *private_key, uint8_t *secret, uECC_Curve curve);

#endif
