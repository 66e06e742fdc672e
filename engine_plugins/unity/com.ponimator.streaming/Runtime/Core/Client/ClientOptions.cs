#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Which server a client looks for, and the session that it opens there.</summary>
    public sealed class ClientOptions
    {
        /// <summary>A session of two characters.</summary>
        public ClientOptions(Character first, Character second)
        {
            First = first;
            Second = second;
        }

        /// <summary>The first character.</summary>
        public Character First { get; }

        /// <summary>The second character.</summary>
        public Character Second { get; }

        /// <summary>The server's endpoint for requests.</summary>
        public string Control { get; set; } = Protocol.DefaultControlEndpoint;

        /// <summary>Who asks, for the server's log.</summary>
        public string Name { get; set; } = "ponimator-unity";

        /// <summary>Frames per second of the stream.</summary>
        public int RateHz { get; set; } = 30;

        /// <summary>How the session trades quality for time.</summary>
        public SessionProfile Profile { get; set; } = SessionProfile.Balanced;

        /// <summary>For a server that wants keys; null: none.</summary>
        public CurveKeys? Keys { get; set; }

        /// <summary>How long a reply may take, s.</summary>
        public double ReplyTimeoutS { get; set; } = 5.0;

        /// <summary>How long a trigger may wait for its first motion, s.</summary>
        public double GenerationTimeoutS { get; set; } = 60.0;

        /// <summary>Makes what carries messages; called on the client thread.</summary>
        public Func<ITransport> Transport { get; set; } =
#if PONIMATOR_NETMQ
            () => new NetMqTransport();
#else
            () => new LibZmqTransport();
#endif

        internal OpenSessionRequest OpenSession(string? resume) => new OpenSessionRequest(First, Second)
        {
            RateHz = RateHz,
            Profile = Profile,
            Session = resume,
        };
    }
}
