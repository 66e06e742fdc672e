#nullable enable

using System;
using System.Buffers.Binary;
using System.IO;
using System.Text.RegularExpressions;

namespace Ponimator.Core
{
    /// <summary>What a client shows, and what it expects of the server; each key in Z85, 40 characters.</summary>
    public sealed class CurveKeys
    {
        private const int KeyCharacters = 40;
        private const int CharactersAtOnce = 5;
        private const string Z85 =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

        /// <summary>The server's public key and the client's pair.</summary>
        /// <exception cref="BadRequestException">One of them is no key.</exception>
        public CurveKeys(string server, string ownPublic, string ownSecret)
        {
            Server = Checked(server, "the server's public key");
            OwnPublic = Checked(ownPublic, "the client's public key");
            OwnSecret = Checked(ownSecret, "the client's secret key");
        }

        /// <summary>The server's public key.</summary>
        public string Server { get; }

        /// <summary>The client's public key.</summary>
        public string OwnPublic { get; }

        internal string OwnSecret { get; }

        /// <summary>Reads the files of `ponimator keys new`: the server's .key and the client's .key_secret.</summary>
        /// <exception cref="BadRequestException">A file has no such key.</exception>
        public static CurveKeys FromFiles(string serverKeyFile, string clientSecretFile) => new CurveKeys(
            KeyIn(serverKeyFile, "public"), KeyIn(clientSecretFile, "public"), KeyIn(clientSecretFile, "secret"));

        /// <summary>The 32 bytes that a checked key's characters stand for: four in five characters, big end first.</summary>
        internal static byte[] BytesOf(string key)
        {
            var bytes = new byte[key.Length / CharactersAtOnce * sizeof(uint)];
            for (int group = 0; group < key.Length / CharactersAtOnce; group++)
            {
                uint value = 0;
                for (int index = 0; index < CharactersAtOnce; index++)
                {
                    int digit = Z85.IndexOf(key[(group * CharactersAtOnce) + index]);
                    value = unchecked((value * (uint)Z85.Length) + (uint)digit);
                }

                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(group * sizeof(uint)), value);
            }

            return bytes;
        }

        private static string KeyIn(string file, string kind)
        {
            string text;
            try
            {
                text = File.ReadAllText(file);
            }
            catch (IOException error)
            {
                throw new BadRequestException($"{file} cannot be read as a key file: {error.Message}");
            }

            Match line = Regex.Match(text, $"^\\s*{kind}-key\\s*=\\s*[\"']?([^\"'\\s]+)[\"']?\\s*$", RegexOptions.Multiline);
            return line.Success
                ? line.Groups[1].Value
                : throw new BadRequestException($"{file} has no {kind} key: expected a file of `ponimator keys new`.");
        }

        private static string Checked(string key, string what)
        {
            bool isKey = key.Length == KeyCharacters;
            foreach (char character in key)
            {
                isKey = isKey && Z85.IndexOf(character) >= 0;
            }

            return isKey
                ? key
                : throw new BadRequestException(
                    $"Expected {KeyCharacters} characters of Z85 as {what}, got {key.Length}: make keys with "
                    + "`ponimator keys new`.");
        }
    }
}
