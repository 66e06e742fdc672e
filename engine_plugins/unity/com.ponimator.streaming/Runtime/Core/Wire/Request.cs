#nullable enable

namespace Ponimator.Core
{
    /// <summary>What a client asks of a server; its number is given when it is sent.</summary>
    public abstract class Request
    {
        private readonly string _type;

        private protected Request(string type) => _type = type;

        /// <summary>Its word on the wire, for messages to people.</summary>
        public string Name => _type;

        /// <summary>The message's bytes.</summary>
        /// <exception cref="BadRequestException">No server would accept it.</exception>
        public byte[] Encode(long requestId)
        {
            Check();
            var writer = new MsgpackWriter();
            writer.MapHeader(2 + FieldCount);
            writer.Text("type");
            writer.Text(_type);
            writer.Text("request_id");
            writer.Integer(requestId);
            WriteFields(writer);
            byte[] bytes = writer.ToArray();
            return bytes.Length <= WireLimits.MaxRequestBytes
                ? bytes
                : throw new BadRequestException(
                    $"Expected at most {WireLimits.MaxRequestBytes} bytes, this {_type} has {bytes.Length}.");
        }

        /// <summary>Raises what a server would refuse.</summary>
        /// <exception cref="BadRequestException">No server would accept it.</exception>
        public virtual void Check()
        {
        }

        private protected abstract int FieldCount { get; }

        private protected abstract void WriteFields(MsgpackWriter writer);

        private protected static void Put(MsgpackWriter writer, string name, string? value)
        {
            writer.Text(name);
            if (value is null)
            {
                writer.Nil();
            }
            else
            {
                writer.Text(value);
            }
        }

        private protected static void Put(MsgpackWriter writer, string name, long? value)
        {
            writer.Text(name);
            if (value is null)
            {
                writer.Nil();
            }
            else
            {
                writer.Integer(value.Value);
            }
        }

        private protected static void PutReal(MsgpackWriter writer, string name, double? value)
        {
            writer.Text(name);
            if (value is null)
            {
                writer.Nil();
            }
            else
            {
                writer.Real(value.Value);
            }
        }
    }
}
