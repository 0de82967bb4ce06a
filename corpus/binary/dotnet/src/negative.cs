// Names as in the class library, and nothing of it: only the first method says that the file is looked into at all.
using System;

namespace Demo.Own
{
    public class RSA
    {
        public static RSA Create(int bits) { return new RSA(); }
        public byte[] SignData(byte[] data, string digest) { return data; }
    }

    public class AesManaged
    {
        public int KeySize { get; set; }
    }

    public class Uses
    {
        public void Random(byte[] data)
        {
            using (var random = System.Security.Cryptography.RandomNumberGenerator.Create())
            {
                random.GetBytes(data);
            }
        }

        public void Nothing()
        {
            RSA.Create(1024).SignData(new byte[1], "MD5");
            new AesManaged { KeySize = 128 };
            Console.WriteLine("System.Security.Cryptography.MD5.Create()");
        }
    }
}
