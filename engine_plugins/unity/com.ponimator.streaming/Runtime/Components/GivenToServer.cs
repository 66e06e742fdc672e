namespace Ponimator.Streaming
{
    /// <summary>What a trigger tells the server of the characters.</summary>
    public enum GivenToServer
    {
        /// <summary>Nothing: they go on where the last interaction left them, or begin at the world's origin.</summary>
        Nothing,

        /// <summary>Where they stand and look: they meet half-way.</summary>
        Roots,

        /// <summary>Their whole poses: the motion begins in them.</summary>
        Poses,
    }
}
