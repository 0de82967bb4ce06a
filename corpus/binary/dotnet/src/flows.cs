// Values that come through branches, loops, fields, iterators and tasks. The marks are as in keys.cs.
using System.Collections.Generic;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading.Tasks;

namespace Demo
{
    public sealed class Flows
    {
        private readonly Aes aes = new AesManaged { KeySize = 128, Mode = CipherMode.ECB, Padding = PaddingMode.None }; //~ algorithm AES key_bits=128 mode=ECB op=encrypt padding=none
        private static readonly string Fixed = "SHA1";
        private string Digest { get { return Fixed; } }

        public void Branches(bool old, byte[] data, RSA rsa)
        {
            aes.CreateEncryptor(new byte[16], data);
            HashAlgorithmName name = HashAlgorithmName.SHA256;
            if (old)
            {
                name = HashAlgorithmName.MD5;
            }
            rsa.SignData(data, name, RSASignaturePadding.Pkcs1); //~ algorithm RSASSA-PKCS1 digest=MD5|SHA-256 op=sign padding=PKCS1v15
            HashAlgorithm.Create(Digest); //~ algorithm SHA-1 op=digest
            HashAlgorithm.Create(Named(3)); //~ algorithm MD5|SHA-1|SHA-256 op=digest
        }

        private static string Named(int number)
        {
            switch (number)
            {
                case 1: return "SHA1";
                case 2: return "SHA256";
                default: return "MD5";
            }
        }

        public void Loops()
        {
            foreach (string name in new List<string> { "SHA384", "SHA512" })
            {
                HashAlgorithm.Create(name); //~ algorithm SHA-384|SHA-512 op=digest
            }
            int bits = 256;
            for (int i = 0; i < 2; i++)
            {
                SymmetricAlgorithm cipher = TripleDES.Create(); //~cs algorithm 3DES key_bits=128|256 mode=CBC@default op=decrypt padding=PKCS7@default //~dll algorithm 3DES key_bits=256|… mode=CBC@default op=decrypt padding=PKCS7@default
                cipher.KeySize = bits;
                cipher.CreateDecryptor();
                bits = 128;
            }
        }

        public async Task<byte[]> Later(string password)
        {
            var derive = new Rfc2898DeriveBytes(password, new byte[16], 10000); //~ algorithm PBKDF2 digest=SHA-1@default iterations=10000 key_bits=256 op=derive salt_bits=128
            await Task.Delay(1);
            byte[] key = derive.GetBytes(32);
            using (var mac = new HMACSHA256(key)) //~ algorithm HMAC digest=SHA-256 key_bits=256 op=mac
            {
                return mac.ComputeHash(key);
            }
        }

        public IEnumerable<byte[]> Several()
        {
            using (var md5 = MD5.Create()) //~ algorithm MD5 op=digest
            {
                yield return md5.ComputeHash(new byte[1]);
            }
        }

        public void Versions()
        {
            ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls11 | SecurityProtocolType.Tls12; //~ protocol TLS max_version=TLS1.2 min_version=TLS1.1 op=handshake
        }

        public void Versions(System.Net.Security.SslStream stream, string host)
        {
            stream.AuthenticateAsClient(host, null, SslProtocols.Tls, true); //~ protocol TLS max_version=TLS1.0 min_version=TLS1.0 op=handshake
        }
    }
}
