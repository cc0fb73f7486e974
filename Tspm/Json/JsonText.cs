using System.Text.Json;

namespace Tspm.Json;

/// <summary>Builds a <see cref="JsonElement"/> by writing it.</summary>
internal static class JsonText
{
    public static JsonElement ToElement(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }
}
