using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Ponimator.Streaming.Editor")]
[assembly: InternalsVisibleTo("Ponimator.Streaming.Tests")]
