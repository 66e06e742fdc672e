#nullable enable

using Ponimator.Core;

namespace NetMQ.Sockets
{
    /// <summary>Requests and replies.</summary>
    public class DealerSocket : NetMQSocket
    {
        /// <summary>Connected to nothing yet.</summary>
        public DealerSocket()
            : base(LibZmq.Dealer)
        {
        }
    }

    /// <summary>A stream.</summary>
    public class SubscriberSocket : NetMQSocket
    {
        /// <summary>Connected to nothing yet.</summary>
        public SubscriberSocket()
            : base(LibZmq.Sub)
        {
        }

        /// <summary>Takes what begins with this.</summary>
        public virtual void Subscribe(byte[] topic) => Socket.Set(LibZmq.Subscribe, topic);
    }
}
