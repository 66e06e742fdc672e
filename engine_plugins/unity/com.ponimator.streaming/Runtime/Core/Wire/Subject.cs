#nullable enable

namespace Ponimator.Core
{
    /// <summary>What a trigger says about one character; a pose outweighs a root.</summary>
    public sealed class Subject
    {
        /// <summary>A subject with a pose, a root, or neither.</summary>
        public Subject(BodyPose? pose = null, Root? root = null)
        {
            Pose = pose;
            Root = root;
        }

        /// <summary>Its pose now.</summary>
        public BodyPose? Pose { get; }

        /// <summary>Where it stands.</summary>
        public Root? Root { get; }

        internal void Write(MsgpackWriter writer)
        {
            writer.MapHeader(2);
            writer.Text("pose");
            if (Pose is null)
            {
                writer.Nil();
            }
            else
            {
                Pose.Write(writer);
            }

            writer.Text("root");
            if (Root is null)
            {
                writer.Nil();
            }
            else
            {
                Root.Write(writer);
            }
        }
    }
}
