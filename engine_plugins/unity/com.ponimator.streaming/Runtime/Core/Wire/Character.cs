#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>One of a session's two characters.</summary>
    public sealed class Character
    {
        /// <summary>A character.</summary>
        /// <param name="name">Its name.</param>
        /// <param name="betas">The ten numbers of its shape; null: the mean body.</param>
        public Character(string name, IReadOnlyList<double>? betas = null)
        {
            Name = name;
            Betas = betas;
        }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>The ten numbers of its shape; null: the mean body.</summary>
        public IReadOnlyList<double>? Betas { get; }

        internal void Check()
        {
            Bounds.CheckLength(Name, 1, WireLimits.MaxNameCharacters, "a character's name");
            if (Betas != null && Betas.Count != WireLimits.BetaCount)
            {
                throw new BadRequestException($"Expected {WireLimits.BetaCount} betas, got {Betas.Count}.");
            }

            for (int index = 0; index < (Betas?.Count ?? 0); index++)
            {
                Bounds.Check(Betas![index], -WireLimits.MaxBeta, WireLimits.MaxBeta, "a beta");
            }
        }

        internal void Write(MsgpackWriter writer)
        {
            writer.MapHeader(2);
            writer.Text("name");
            writer.Text(Name);
            writer.Text("betas");
            if (Betas is null)
            {
                writer.Nil();
                return;
            }

            writer.ArrayHeader(Betas.Count);
            foreach (double beta in Betas)
            {
                writer.Real(beta);
            }
        }
    }
}
