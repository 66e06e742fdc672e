#nullable enable

namespace Ponimator.Core
{
    /// <summary>Where the way of the body goes.</summary>
    public enum RootMode
    {
        /// <summary>Into the world: the body is where the stream has it.</summary>
        World,

        /// <summary>Away: the body stays above the actor's origin and faces its front, wherever the game moves it.</summary>
        InPlace,

        /// <summary>To the actor, as much as each frame moves; the bones as in place.</summary>
        Delta,
    }
}
