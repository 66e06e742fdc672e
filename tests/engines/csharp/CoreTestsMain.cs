#nullable enable

using NUnit.Standin;

/// <summary>Runs the tests of the plugin's core outside Unity: <c>[part of a test's name]</c>.</summary>
internal static class CoreTestsMain
{
    private static int Main(string[] arguments) =>
        TestRunner.Run(typeof(CoreTestsMain).Assembly, arguments.Length > 0 ? arguments[0] : "");
}
