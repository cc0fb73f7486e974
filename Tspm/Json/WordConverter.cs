using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tspm.Json;

/// <summary>
/// Converts an enum to and from one of its words in JSON. The converter of the framework also supports flags, numbers
/// and naming policies, at a cost of 17 KB per enum.
/// </summary>
internal abstract class WordConverter<T> : JsonConverter<T> where T : struct, Enum
{
    /// <summary>The word of a value.</summary>
    protected abstract string WordOf(T value);

    /// <summary>The value of a word, or null if it is not one of the words.</summary>
    protected abstract T? ValueOf(string word);

    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ValueOf(reader.GetString()!) is { } value
            ? value
            : throw new JsonException();

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WordOf(value));
}
