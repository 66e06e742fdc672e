#nullable enable

#if PONIMATOR_NETMQ

using System;
using System.Collections.Generic;
using System.Net.Sockets;
using NetMQ;

namespace Ponimator.Core
{
    /// <summary>A socket of NetMQ: connecting until a message came, up from then on.</summary>
    /// <remarks>Lost only where NetMQ is cleaned up beneath it, which waits until its sockets are closed.</remarks>
    internal sealed class NetMqConnection : IConnection
    {
        private const int FramesExpected = 2;
        private readonly NetMQSocket _socket;
        private bool _closed;

        private NetMqConnection(string endpoint, NetMQSocket socket)
        {
            Endpoint = endpoint;
            _socket = socket;
        }

        /// <inheritdoc/>
        public string Endpoint { get; }

        /// <inheritdoc/>
        public Standing Standing { get; private set; } = Standing.Connecting;

        /// <summary>Whether a message waits, or this has ended.</summary>
        internal bool HasNews
        {
            get
            {
                try
                {
                    return IsOver || _socket.HasIn;
                }
                catch (TerminatingException)
                {
                    Standing = Standing.Lost;
                    return true;
                }
            }
        }

        private bool IsOver => _closed || Standing == Standing.Unreached || Standing == Standing.Lost;

        /// <inheritdoc/>
        public bool TrySend(byte[] message)
        {
            try
            {
                return !IsOver && _socket.TrySendFrame(message);
            }
            catch (TerminatingException)
            {
                Standing = Standing.Lost;
                return false;
            }
        }

        /// <inheritdoc/>
        public IReadOnlyList<byte[]>? TryReceive()
        {
            List<byte[]>? frames = null;
            try
            {
                if (IsOver || !_socket.TryReceiveMultipartBytes(ref frames!, FramesExpected))
                {
                    return null;
                }
            }
            catch (TerminatingException)
            {
                Standing = Standing.Lost;
                return null;
            }

            Standing = Standing.Up;
            return frames;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (!_closed)
            {
                _closed = true;
                _socket.Dispose();
            }
        }

        /// <summary>Begins to connect.</summary>
        /// <param name="endpoint">Where to.</param>
        /// <param name="keys">For CURVE; null: none.</param>
        /// <param name="make">Makes the socket.</param>
        /// <param name="setUp">Sets the options of this kind of lane.</param>
        /// <exception cref="TransportException">That is no endpoint, or NetMQ was cleaned up.</exception>
        internal static NetMqConnection Begin<T>(string endpoint, CurveKeys? keys, Func<T> make, Action<T> setUp)
            where T : NetMQSocket
        {
            NetMqConnection? connection = null;
            try
            {
                T socket = make();
                connection = new NetMqConnection(endpoint, socket);
                socket.Options.Linger = TimeSpan.Zero;
                SetKeys(socket.Options, keys);
                setUp(socket);
                connection.Connect();
                return connection;
            }
            catch (TerminatingException error)
            {
                connection?.Dispose();
                throw new TransportException(
                    "NetMQ was cleaned up while a client ran: expected `NetMQConfig.Cleanup` only after every client "
                    + "is disposed of.",
                    error);
            }
            catch
            {
                connection?.Dispose();
                throw;
            }
        }

        private static void SetKeys(SocketOptions options, CurveKeys? keys)
        {
            if (keys != null)
            {
                options.CurveServerKey = CurveKeys.BytesOf(keys.Server);
                options.CurveCertificate = new NetMQCertificate(
                    CurveKeys.BytesOf(keys.OwnSecret), CurveKeys.BytesOf(keys.OwnPublic));
            }
        }

        private void Connect()
        {
            try
            {
                _socket.Connect(Endpoint);
            }
            catch (SocketException)
            {
                // NetMQ looks names up at once. One that is unknown now may be known later, as with libzmq.
                Standing = Standing.Unreached;
            }
            catch (Exception error) when ((error is NetMQException && !(error is TerminatingException))
                || error is ArgumentException || error is FormatException || error is OverflowException)
            {
                // NetMQ cuts the text up as it comes, and fails in as many ways.
                throw new TransportException(
                    $"{Endpoint} is no endpoint to connect to, like {Protocol.DefaultControlEndpoint}: "
                    + $"{error.Message}",
                    error);
            }
        }
    }
}

#endif
