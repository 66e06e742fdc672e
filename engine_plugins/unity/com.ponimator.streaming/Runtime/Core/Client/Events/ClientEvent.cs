#nullable enable

namespace Ponimator.Core
{
    /// <summary>What a client has to tell its game.</summary>
    public abstract class ClientEvent
    {
        private protected ClientEvent()
        {
        }
    }
}
