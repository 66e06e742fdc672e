#nullable enable

namespace Ponimator.Core
{
    /// <summary>Where a wrist has to be.</summary>
    public readonly struct HandGoal
    {
        internal HandGoal(Vector3d place, double weight, double onBody)
        {
            Place = place;
            Weight = weight;
            OnBody = onBody;
        }

        /// <summary>Metres.</summary>
        public Vector3d Place { get; }

        /// <summary>0 for not at all, to 1.</summary>
        public double Weight { get; }

        /// <summary>1 where it touches other parts than hands, 0 where hands, between for both.</summary>
        public double OnBody { get; }
    }
}
