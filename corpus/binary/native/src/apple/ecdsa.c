extern const void *kSecAttrKeyType, *kSecAttrKeyTypeECSECPrimeRandom, *kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
extern void *SecKeyCreateRandomKey(const void *attributes, void **error);
extern const void *SecKeyCreateSignature(void *key, const void *algorithm, const void *data, void **error);
int main(void) {
    const void *attributes[] = {kSecAttrKeyType, kSecAttrKeyTypeECSECPrimeRandom};
    void *error = 0, *key = SecKeyCreateRandomKey(attributes, &error);
    return !SecKeyCreateSignature(key, kSecKeyAlgorithmECDSASignatureMessageX962SHA256, attributes, &error);
}
