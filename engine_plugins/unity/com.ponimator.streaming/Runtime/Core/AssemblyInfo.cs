using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Ponimator.Core.Tests")]
[assembly: InternalsVisibleTo("Ponimator.Streaming.Tests")]
