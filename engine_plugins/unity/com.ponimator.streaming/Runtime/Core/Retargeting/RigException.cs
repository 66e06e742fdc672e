#nullable enable

namespace Ponimator.Core
{
    /// <summary>A rig, or a map of its bones, that no body can be retargeted to.</summary>
    public sealed class RigException : PonimatorException
    {
        /// <summary>An error with its explanation.</summary>
        public RigException(string message)
            : base(message)
        {
        }
    }
}
