#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A socket that connects once, and what became of it.</summary>
    public interface IConnection : IDisposable
    {
        /// <summary>Where it leads.</summary>
        string Endpoint { get; }

        /// <summary>How it stands now; what ended stays as it is.</summary>
        Standing Standing { get; }

        /// <summary>Sends a message of one frame; false where none more can wait to be sent.</summary>
        bool TrySend(byte[] message);

        /// <summary>The frames of the next message; null where none waits.</summary>
        IReadOnlyList<byte[]>? TryReceive();
    }
}
