using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Protocol;

/// <summary>Finds the JSON metadata of a message by its type, so that a row of <see cref="Methods"/> need not name it.</summary>
internal static class MessageTypes
{
    /// <exception cref="NotSupportedException">The context does not list the type; a test asks this of every row.</exception>
    public static JsonTypeInfo<T> Of<T>(this JsonSerializerContext context) =>
        (JsonTypeInfo<T>)context.Options.GetTypeInfo(typeof(T));
}
