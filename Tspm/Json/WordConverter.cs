using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tspm.Json;

/// <summary>
/// An enum as one of its words in JSON. The framework's own converter knows flags, numbers and naming policies as well,
/// for 17 KB an enum.
/// </summary>
internal abstract class WordConverter<T> : JsonConverter<T> where T : struct, Enum
{
    protected abstract string WordOf(T value);

    protected abstract T? ValueOf(string word);

    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ValueOf(reader.GetString()!) is { } value
            ? value
            : throw new JsonException();

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WordOf(value));
}
