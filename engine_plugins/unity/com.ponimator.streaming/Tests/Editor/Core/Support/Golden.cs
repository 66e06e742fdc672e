#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>The golden files that hold Python, C# and C++ to the same; in the repository, not in the package.</summary>
    internal static class Golden
    {
        private const string FolderVariable = "PONIMATOR_GOLDEN";

        internal static byte[] Message(string type) => File.ReadAllBytes(PathOf(type + ".msgpack"));

        internal static Dictionary<string, object?> Json(string name) =>
            (Dictionary<string, object?>)TestJson.Read(File.ReadAllText(PathOf(name)))!;

        private static string PathOf(string name)
        {
            string? folder = Environment.GetEnvironmentVariable(FolderVariable);
            if (string.IsNullOrEmpty(folder))
            {
                Assert.Ignore($"{FolderVariable} is not set: expected the repository's folder tests/contract/golden.");
            }

            return Path.Combine(folder!, name);
        }
    }
}
