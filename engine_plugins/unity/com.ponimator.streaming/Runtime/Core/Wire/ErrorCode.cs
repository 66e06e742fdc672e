#nullable enable

namespace Ponimator.Core
{
    /// <summary>Why a server refused a request; within a protocol number the list neither grows nor shrinks.</summary>
    public enum ErrorCode
    {
        /// <summary>The message cannot be read.</summary>
        BadMessage,

        /// <summary>The server speaks another protocol.</summary>
        UnsupportedProtocol,

        /// <summary>The message is larger than allowed.</summary>
        TooLarge,

        /// <summary>The keys are not allowed to do this.</summary>
        Unauthorised,

        /// <summary>A field is missing or out of its bounds.</summary>
        BadRequest,

        /// <summary>No body has the pose given.</summary>
        InvalidPose,

        /// <summary>The characters stand farther apart than allowed.</summary>
        TooFar,

        /// <summary>The server does not know the session.</summary>
        UnknownSession,

        /// <summary>The server does not know the interaction.</summary>
        UnknownInteraction,

        /// <summary>The server's model cannot do this.</summary>
        NotSupported,

        /// <summary>The server has too much to do.</summary>
        Busy,

        /// <summary>The motion did not come in time.</summary>
        Late,

        /// <summary>The server failed.</summary>
        Internal,
    }
}
