#nullable enable

namespace Ponimator.Core
{
    /// <summary>A model bundle that a server has loaded.</summary>
    public sealed class ModelInfo
    {
        internal ModelInfo(WireMap map)
        {
            Name = map.Text("name", minCharacters: 1);
            Version = map.OptionalText("version");
            Text = map.Boolean("text");
        }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>Its version.</summary>
        public string Version { get; }

        /// <summary>Whether it understands text.</summary>
        public bool Text { get; }
    }
}
