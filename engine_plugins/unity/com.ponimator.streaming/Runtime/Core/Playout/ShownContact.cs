#nullable enable

namespace Ponimator.Core
{
    /// <summary>A contact of joint A of the first person and joint B of the second, now or about now.</summary>
    public readonly struct ShownContact
    {
        /// <summary>A contact as it is told.</summary>
        public ShownContact(int a, int b, bool touches, double startsInS, double endedS)
        {
            A = a;
            B = b;
            Touches = touches;
            StartsInS = startsInS;
            EndedS = endedS;
        }

        /// <summary>Joint of the first person.</summary>
        public int A { get; }

        /// <summary>Joint of the second person.</summary>
        public int B { get; }

        /// <summary>In the frame shown.</summary>
        public bool Touches { get; }

        /// <summary>Until they touch, s; 0 where they do or did.</summary>
        public double StartsInS { get; }

        /// <summary>Since they parted, s; 0 where they touch or are going to.</summary>
        public double EndedS { get; }
    }
}
