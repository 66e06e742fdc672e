#nullable enable

namespace Ponimator.Core
{
    /// <summary>One frame of the playout: its number, the block that it came in, and its row there.</summary>
    internal sealed class HeldFrame
    {
        /// <summary>Frames no farther apart are shown as one motion; behind a longer hole the motion comes back.</summary>
        private const double JoinedS = 0.1;

        internal HeldFrame(MotionBlock block, int row)
        {
            Block = block;
            Row = row;
        }

        internal MotionBlock Block { get; }

        internal int Row { get; }

        internal long Number => Block.Start + Row;

        /// <summary>Whether its interaction ends with it.</summary>
        internal bool IsLast => Block.Final && Row == Block.Count - 1;

        /// <summary>Whether the motion goes on from here to a later frame, the next one held.</summary>
        internal bool Joins(HeldFrame later)
        {
            long distance = later.Number - Number;
            return distance == 1 || (distance <= JoinedS * Block.RateHz && !IsLast);
        }

        internal Quaterniond Rotation(int person, int joint) => Block.Rotation(person, Row, joint);

        internal Vector3d Translation(int person) => Block.Translation(person, Row);
    }
}
