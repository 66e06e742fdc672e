#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>Which joints touch at a place, which are about to, and which have just parted.</summary>
    /// <remarks>The fade of inverse kinematics needs both, before and after.</remarks>
    internal sealed class Touching
    {
        private const double AheadS = 0.25;
        private static readonly Comparison<Run> InOrder = (x, y) =>
            x.A != y.A ? x.A.CompareTo(y.A) : x.B != y.B ? x.B.CompareTo(y.B) : x.Start.CompareTo(y.Start);

        private readonly List<Run> _runs = new List<Run>();

        /// <summary>Fills in the contacts about a place, in the order of A, B and time.</summary>
        internal void Tell(FrameList frames, HeldFrame shown, double place, List<ShownContact> contacts)
        {
            contacts.Clear();
            int rateHz = shown.Block.RateHz;
            double reach = AheadS * rateHz;
            Collect(
                frames,
                Math.Min(shown.Number, (long)Math.Floor(place - reach) - 1),
                (long)Math.Ceiling(place + reach) + 1);
            _runs.Sort(InOrder);
            foreach (Run run in _runs)
            {
                bool touches = run.Start <= shown.Number && shown.Number < run.Stop;
                bool isNear = (place - run.Stop >= 0 && place - run.Stop <= reach)
                    || (run.Start - place >= 0 && run.Start - place <= reach);
                if (touches || isNear)
                {
                    contacts.Add(new ShownContact(
                        run.A,
                        run.B,
                        touches,
                        touches ? 0.0 : Math.Max(0.0, run.Start - place) / rateHz,
                        touches ? 0.0 : Math.Max(0.0, place - run.Stop) / rateHz));
                }
            }
        }

        /// <summary>The contacts in the frames [start, stop), each as one run of joined frames.</summary>
        private void Collect(FrameList frames, long start, long stop)
        {
            _runs.Clear();
            HeldFrame? before = null;
            for (int index = frames.IndexFrom(start); index < frames.Count && frames[index].Number < stop; index++)
            {
                HeldFrame held = frames[index];
                bool goesOn = before != null && before.Joins(held);
                foreach (Contact contact in held.Block.ContactArray)
                {
                    if (contact.Start <= held.Number && held.Number < contact.Stop)
                    {
                        Touch(contact, held.Number, goesOn ? before!.Number + 1 : (long?)null);
                    }
                }

                before = held;
            }
        }

        private void Touch(Contact contact, long number, long? goesOnFrom)
        {
            int last = _runs.Count - 1;
            while (last >= 0 && (_runs[last].A != contact.A || _runs[last].B != contact.B))
            {
                last--;
            }

            if (last >= 0 && _runs[last].Stop > number)
            {
                return; // said twice
            }

            if (last >= 0 && _runs[last].Stop == goesOnFrom)
            {
                _runs[last] = new Run(contact, _runs[last].Start, number + 1);
            }
            else
            {
                _runs.Add(new Run(contact, number, number + 1));
            }
        }

        private readonly struct Run
        {
            internal Run(Contact contact, long start, long stop)
            {
                A = contact.A;
                B = contact.B;
                Start = start;
                Stop = stop;
            }

            internal int A { get; }

            internal int B { get; }

            internal long Start { get; }

            internal long Stop { get; }
        }
    }
}
