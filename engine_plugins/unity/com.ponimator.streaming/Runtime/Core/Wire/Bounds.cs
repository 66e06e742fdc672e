#nullable enable

namespace Ponimator.Core
{
    /// <summary>Checks of what a game gives; each says what was expected, what came and what to do.</summary>
    internal static class Bounds
    {
        internal static void Check(double? value, double from, double to, string what)
        {
            // Written so that NaN fails.
            if (value != null && !(value >= from && value <= to))
            {
                throw new BadRequestException($"Expected {what} from {from:R} to {to:R}, got {value:R}.");
            }
        }

        internal static void CheckLength(string? text, int from, int to, string what)
        {
            if (text != null && (text.Length < from || text.Length > to))
            {
                throw new BadRequestException($"Expected {from} to {to} characters as {what}, got {text.Length}.");
            }
        }
    }
}
