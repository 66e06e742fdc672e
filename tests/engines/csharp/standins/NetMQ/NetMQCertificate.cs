#nullable enable

using System;

namespace NetMQ
{
    /// <summary>A pair of CURVE keys.</summary>
    public class NetMQCertificate
    {
        private const int KeyBytes = 32;

        /// <summary>A pair of 32 bytes each.</summary>
        public NetMQCertificate(byte[] secretKey, byte[] publicKey)
        {
            if (secretKey.Length != KeyBytes || publicKey.Length != KeyBytes)
            {
                throw new ArgumentException($"keys must be {KeyBytes} bytes long");
            }

            SecretKey = secretKey;
            PublicKey = publicKey;
        }

        /// <summary>The secret half.</summary>
        public byte[]? SecretKey { get; }

        /// <summary>The public half.</summary>
        public byte[] PublicKey { get; }
    }
}
