#nullable enable

namespace Ponimator.Core
{
    /// <summary>
    /// Watches a stream for an interaction that has ended while the connection was lost, and the server's word for it
    /// with it: a game waits for that word.
    /// </summary>
    internal sealed class EndWatch
    {
        private readonly PlayoutBuffer _playout;
        private readonly int _rateHz;
        private bool _playing;
        private long? _nextFrame;

        internal EndWatch(PlayoutBuffer playout, int rateHz)
        {
            _playout = playout;
            _rateHz = rateHz;
        }

        /// <summary>The missed end, where a message shows that there was one; the buffer has the message already.</summary>
        internal Status? Hear(StreamMessage message)
        {
            switch (message)
            {
                case MotionBlock _:
                    // Frames that came again are no sign that anything plays.
                    _playing = _playing || _playout.NextFrame != _nextFrame;
                    _nextFrame = _playout.NextFrame;
                    return null;
                case Status status when status.IsEnd:
                    _playing = false;
                    return null;
                case Heartbeat heartbeat when HasEnded(heartbeat):
                    _playing = false;
                    return new Status
                    {
                        Session = heartbeat.Session,
                        State = InteractionState.Finished,
                        TimeNs = heartbeat.TimeNs,
                        Frame = _nextFrame,
                        Message = "It has finished; the server said so while the connection was lost.",
                    };
                default:
                    return null;
            }
        }

        /// <summary>A second later: the server's own word, where it comes, comes first.</summary>
        private bool HasEnded(Heartbeat heartbeat) => _playing && _playout.FinalSeen && _nextFrame != null
            && heartbeat.PlayFrame >= _nextFrame + _rateHz;
    }
}
