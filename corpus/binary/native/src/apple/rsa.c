/* Security.framework: the key type and the algorithm are imported constants. */
extern const void *kSecAttrKeyType, *kSecAttrKeyTypeRSA, *kSecAttrKeySizeInBits, *kSecKeyAlgorithmRSASignatureMessagePSSSHA256;
extern void *SecKeyCreateRandomKey(const void *attributes, void **error);
extern const void *SecKeyCreateSignature(void *key, const void *algorithm, const void *data, void **error);
int main(void) {
    const void *attributes[] = {kSecAttrKeyType, kSecAttrKeyTypeRSA, kSecAttrKeySizeInBits};
    void *error = 0, *key = SecKeyCreateRandomKey(attributes, &error);
    return !SecKeyCreateSignature(key, kSecKeyAlgorithmRSASignatureMessagePSSSHA256, attributes, &error);
}
