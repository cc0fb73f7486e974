using System.Text.Json;

namespace Tspm.Json;

/// <summary>Builds a <see cref="JsonElement"/> from what a writer writes.</summary>
internal static class JsonText
{
    /// <summary>Returns the JSON value that <paramref name="write"/> writes.</summary>
    public static JsonElement ToElement(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }
}
