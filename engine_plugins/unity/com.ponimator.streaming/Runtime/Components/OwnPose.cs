using System.Collections.Generic;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>A character's bones as they were before it was driven, for one that nothing else animates.</summary>
    internal sealed class OwnPose
    {
        private readonly IReadOnlyList<Transform> _bones;
        private readonly Vector3[] _positions;
        private readonly Quaternion[] _rotations;

        internal OwnPose(IReadOnlyList<Transform> bones)
        {
            _bones = bones;
            _positions = new Vector3[bones.Count];
            _rotations = new Quaternion[bones.Count];
            Keep();
        }

        internal void Keep()
        {
            for (int i = 0; i < _bones.Count; i++)
            {
                _positions[i] = _bones[i].localPosition;
                _rotations[i] = _bones[i].localRotation;
            }
        }

        internal void Restore()
        {
            for (int i = 0; i < _bones.Count; i++)
            {
                _bones[i].localPosition = _positions[i];
                _bones[i].localRotation = _rotations[i];
            }
        }
    }
}
