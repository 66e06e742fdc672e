using NUnit.Standin;

/// <summary>Runs the tests of what stands on Unity, on the stand-ins: <c>[part of a test's name]</c>.</summary>
internal static class LayerTestsMain
{
    private static int Main(string[] arguments) =>
        TestRunner.Run(typeof(LayerTestsMain).Assembly, arguments.Length > 0 ? arguments[0] : "");
}
