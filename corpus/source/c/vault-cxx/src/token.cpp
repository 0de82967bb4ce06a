#include <pkcs11.h>

namespace vault {

CK_RV makeMaster(CK_FUNCTION_LIST_PTR p11, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE& pub, CK_OBJECT_HANDLE& priv)
{
    CK_MECHANISM mech = { CKM_EC_KEY_PAIR_GEN, nullptr, 0 };
    CK_BYTE params[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
    CK_ATTRIBUTE templ[] = { { CKA_EC_PARAMS, params, sizeof(params) } };

    return p11->C_GenerateKeyPair(s, &mech, templ, 1, nullptr, 0, &pub, &priv);
}

CK_RV signWith(CK_FUNCTION_LIST_PTR p11, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key, CK_BYTE* in, CK_ULONG n, CK_BYTE* out, CK_ULONG* len)
{
    CK_MECHANISM mech{ CKM_ECDSA_SHA256, nullptr, 0 };

    CK_RV rv = p11->C_SignInit(s, &mech, key);
    return rv == CKR_OK ? p11->C_Sign(s, in, n, out, len) : rv;
}

} // namespace vault
