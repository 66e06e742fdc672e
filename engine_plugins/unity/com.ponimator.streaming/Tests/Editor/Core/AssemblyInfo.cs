using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Ponimator.Streaming.Tests")]
