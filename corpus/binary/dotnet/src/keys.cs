// What is found in this file, compiled or not, stands behind the line; `//~cs` and `//~dll` where one of them shows something else.
using System;
using System.Security.Cryptography;

namespace Demo
{
    public sealed class Keys
    {
        private const int Bits = 1024 * 3;
        private readonly int size;

        public Keys(int size) { this.size = size; }

        public Keys() : this(1024) { }

        public void Rsa(byte[] data, byte[] signature, bool small)
        {
            var rsa = new RSACryptoServiceProvider(Bits); //~ key RSA key_bits=3072 op=keygen
            rsa.Encrypt(data, true); //~ algorithm RSAES-OAEP digest=SHA-1 key_bits=3072 op=encrypt padding=OAEP
            rsa.Decrypt(data, false); //~ algorithm RSAES-PKCS1 key_bits=3072 op=decrypt padding=PKCS1v15
            rsa.SignData(data, "SHA256"); //~ algorithm RSASSA-PKCS1 digest=SHA-256 key_bits=3072 op=sign padding=PKCS1v15
            RSA other = new RSACryptoServiceProvider(small ? 1024 : 2048); //~ key RSA key_bits=1024|2048 op=keygen
            other.VerifyHash(data, signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pss); //~ algorithm RSASSA-PSS digest=SHA-512 key_bits=1024|2048 op=verify padding=PSS
            new RSACryptoServiceProvider(size); //~ key RSA key_bits=1024@caller|… op=keygen
            using (var imported = RSA.Create()) //~ key RSA op=import
            {
                imported.ImportParameters(new RSAParameters());
            }
        }

        public ECDsa Curve(ECCurve given, byte[] hash)
        {
            ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP384); //~ key EC curve=P-384 op=keygen
            Func<byte[], byte[]> sign = message => signer.SignData(message, HashAlgorithmName.SHA384); //~ algorithm ECDSA curve=P-384 digest=SHA-384 op=sign
            sign(hash);
            ECDsa.Create(given); //~ key EC curve=?parameter(given) op=keygen
            return signer;
        }

        public void Dsa()
        {
            new DSACryptoServiceProvider(1024).CreateSignature(new byte[20]); //~ key DSA key_bits=1024 op=keygen ; algorithm DSA key_bits=1024 op=sign
        }
    }
}
