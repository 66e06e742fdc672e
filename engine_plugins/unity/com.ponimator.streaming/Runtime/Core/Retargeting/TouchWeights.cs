#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>How much each pair of joints counts now: what was told, no faster than a weight may change.</summary>
    internal sealed class TouchWeights
    {
        /// <summary>A hand begins to come so long before its contact, and lets go in that time behind it.</summary>
        private const double AheadS = 0.25;

        /// <summary>The weight of a contact that comes or goes unannounced changes by at most this per second.</summary>
        private const double SlewHz = 10;
        private const double NoWeight = 1e-6;

        private readonly SortedDictionary<(int A, int B), double> _wanted = new SortedDictionary<(int A, int B), double>();
        private SortedDictionary<(int A, int B), double> _weights = new SortedDictionary<(int A, int B), double>();
        private SortedDictionary<(int A, int B), double> _next = new SortedDictionary<(int A, int B), double>();
        private bool _begun;

        /// <summary>Weight of each pair, fingers as their wrist, in order.</summary>
        internal SortedDictionary<(int A, int B), double> Step(IReadOnlyList<ShownContact> contacts, double dtS)
        {
            _wanted.Clear();
            foreach ((int A, int B) pair in _weights.Keys)
            {
                _wanted[pair] = 0;
            }
            for (int i = 0; i < contacts.Count; i++)
            {
                ShownContact contact = contacts[i];
                (int A, int B) pair = (Joint.Owners[contact.A], Joint.Owners[contact.B]);
                _wanted.TryGetValue(pair, out double already);
                // 1 while it lasts, fading to 0 on both sides.
                double weight = 1 - Turning.Eased(Math.Max(contact.StartsInS, contact.EndedS) / AheadS);
                _wanted[pair] = Math.Max(already, weight);
            }
            double step = _begun ? SlewHz * dtS : 1;
            _begun = true;
            _next.Clear();
            foreach (KeyValuePair<(int A, int B), double> wanted in _wanted)
            {
                _weights.TryGetValue(wanted.Key, out double before);
                double weight = Math.Min(Math.Max(wanted.Value, before - step), before + step);
                if (weight > NoWeight)
                {
                    _next.Add(wanted.Key, weight);
                }
            }
            (_weights, _next) = (_next, _weights);
            return _weights;
        }
    }
}
