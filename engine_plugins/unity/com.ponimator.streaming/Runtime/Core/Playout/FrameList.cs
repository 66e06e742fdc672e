#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>Frames in the order of their numbers.</summary>
    internal sealed class FrameList
    {
        private readonly List<HeldFrame> _frames = new List<HeldFrame>();

        internal int Count => _frames.Count;

        internal HeldFrame this[int index] => _frames[index];

        /// <summary>The frame of that number.</summary>
        internal HeldFrame? At(long number)
        {
            int index = IndexFrom(number);
            return index < _frames.Count && _frames[index].Number == number ? _frames[index] : null;
        }

        /// <summary>The last frame before that number.</summary>
        internal HeldFrame? Before(long number)
        {
            int index = IndexFrom(number);
            return index > 0 ? _frames[index - 1] : null;
        }

        /// <summary>The first frame behind that number.</summary>
        internal HeldFrame? Behind(long number)
        {
            int index = IndexFrom(number + 1);
            return index < _frames.Count ? _frames[index] : null;
        }

        /// <summary>Where the first frame stands whose number is not smaller.</summary>
        internal int IndexFrom(long number)
        {
            int low = 0, high = _frames.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_frames[middle].Number < number)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }

        /// <summary>False where a frame of its number is held already.</summary>
        internal bool TryAdd(HeldFrame frame)
        {
            int index = IndexFrom(frame.Number);
            if (index < _frames.Count && _frames[index].Number == frame.Number)
            {
                return false;
            }

            _frames.Insert(index, frame);
            return true;
        }

        /// <summary>Drops the frames from a number on that came with a lower revision.</summary>
        internal void DropOlder(long start, long revision)
        {
            int kept = IndexFrom(start);
            for (int index = kept; index < _frames.Count; index++)
            {
                if (_frames[index].Block.Revision >= revision)
                {
                    _frames[kept++] = _frames[index];
                }
            }

            _frames.RemoveRange(kept, _frames.Count - kept);
        }

        /// <summary>Drops the frames before a number.</summary>
        internal void DropBefore(long number) => _frames.RemoveRange(0, IndexFrom(number));
    }
}
