using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Protocol;

/// <summary>Finds the JSON metadata of a message type, which a row of <see cref="Methods"/> names.</summary>
internal static class MessageTypes
{
    /// <summary>The metadata of a type.</summary>
    /// <exception cref="NotSupportedException">The context does not list the type; a test checks every row.</exception>
    public static JsonTypeInfo<T> Of<T>(this JsonSerializerContext context) =>
        (JsonTypeInfo<T>)context.Options.GetTypeInfo(typeof(T));
}
