#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>
    /// What carries messages; the client thread makes one, uses it alone and disposes of it. It knows no message.
    /// </summary>
    /// <remarks>
    /// Two libraries fit: libzmq by <see cref="LibZmqTransport"/>, and NetMQ by <c>NetMqTransport</c>, which is there
    /// where PONIMATOR_NETMQ is defined. A connection connects once: whether to try again, and when, is the client's
    /// affair.
    /// </remarks>
    public interface ITransport : IDisposable
    {
        /// <summary>Begins to connect to a server's control lane (DEALER).</summary>
        /// <exception cref="TransportException">That is no endpoint.</exception>
        IConnection ConnectControl(string endpoint, CurveKeys? keys);

        /// <summary>Begins to connect to a server's stream lane (SUB), for one topic.</summary>
        /// <exception cref="TransportException">That is no endpoint.</exception>
        IConnection ConnectStream(string endpoint, string topic, CurveKeys? keys);

        /// <summary>Returns when one of them has a message or news, or after a time.</summary>
        void Wait(IReadOnlyList<IConnection> connections, int milliseconds);
    }
}
