#nullable enable

namespace Ponimator.Core
{
    /// <summary>Every number that bounds a message, the same in Python and C++.</summary>
    public static class WireLimits
    {
        /// <summary>A client's message, bytes.</summary>
        public const int MaxRequestBytes = 64 * 1024;

        /// <summary>A reply of the control lane, bytes.</summary>
        public const int MaxReplyBytes = 256 * 1024;

        /// <summary>A message of the stream lane, bytes.</summary>
        public const int MaxStreamBytes = 2 * 1024 * 1024;

        /// <summary>Maps and arrays inside each other.</summary>
        public const int MaxDepth = 16;

        /// <summary>Persons of a session.</summary>
        public const int PersonCount = 2;

        /// <summary>Joints of a pose that a client gives.</summary>
        public const int BodyJointCount = 22;

        /// <summary>SMPL-X joints of a streamed frame.</summary>
        public const int JointCount = 55;

        /// <summary>Contact points of the feet: left heel, left toe, right heel, right toe.</summary>
        public const int FootCount = 4;

        /// <summary>Numbers of a body shape.</summary>
        public const int BetaCount = 10;

        /// <summary>Size of a body shape's number.</summary>
        public const double MaxBeta = 10.0;

        /// <summary>Frames of one block.</summary>
        public const int MaxBlockFrames = 512;

        /// <summary>Frames of one `resend`.</summary>
        public const int MaxResendFrames = 3600;

        /// <summary>Contacts of one block.</summary>
        public const int MaxContacts = 1024;

        /// <summary>Entries of the lists and maps that a reply carries for people.</summary>
        public const int MaxEntries = 256;

        /// <summary>Characters of a name.</summary>
        public const int MaxNameCharacters = 64;

        /// <summary>Characters of a text or an explanation.</summary>
        public const int MaxTextCharacters = 1000;

        /// <summary>Slowest session, Hz.</summary>
        public const int MinRateHz = 10;

        /// <summary>Fastest session, Hz.</summary>
        public const int MaxRateHz = 120;

        /// <summary>Shortest interaction, s.</summary>
        public const double MinDurationS = 0.1;

        /// <summary>Longest interaction, s.</summary>
        public const double MaxDurationS = 3600.0;

        /// <summary>Longest blend, s.</summary>
        public const double MaxBlendS = 5.0;

        /// <summary>Diffusion steps of a window.</summary>
        public const int MaxSteps = 1000;

        /// <summary>Farthest that two characters may stand apart, m.</summary>
        public const double MaxDistanceM = 100.0;

        /// <summary>Farther from the world's origin than this, float32 no longer holds a millimetre; m.</summary>
        public const double MaxCoordinateM = 1e4;

        /// <summary>Largest yaw, rad.</summary>
        public const double MaxYawRad = 1e4;

        /// <summary>How far the length of a quaternion may stand from 1.</summary>
        public const double UnitNormTolerance = 1e-3;

        internal const double MaxReal = 1e15;
        internal const int Float32Bytes = 4;
    }
}
