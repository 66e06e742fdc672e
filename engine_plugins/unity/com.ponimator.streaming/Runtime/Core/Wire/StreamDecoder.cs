#nullable enable

namespace Ponimator.Core
{
    /// <summary>Reads messages of the stream lane.</summary>
    public static class StreamDecoder
    {
        /// <summary>A message, checked whole: size, type, fields, arrays.</summary>
        /// <exception cref="ProtocolException">The bytes are none.</exception>
        public static StreamMessage Decode(byte[] data)
        {
            WireMap map = WireMap.Whole(data, WireLimits.MaxStreamBytes);
            string type = map.Text("type", WireLimits.MaxTextCharacters);
            switch (type)
            {
                case "motion": return MotionBlock.From(map);
                case "heartbeat": return Heartbeat.From(map);
                case "status": return Status.From(map);
                case "skeleton": return Skeleton.From(map);
                default:
                    throw new SchemaMismatchException(
                        $"Expected a type of heartbeat, motion, skeleton, status; got {WireMap.Shortened(type)}.");
            }
        }
    }
}
