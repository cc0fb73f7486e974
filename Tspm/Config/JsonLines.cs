using System.Text;
using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config;

/// <summary>Finds the line of each value in a JSON text, which JsonElement does not report.</summary>
internal static class JsonLines
{
    /// <summary>
    /// The line of each value by its path. The text must be valid JSON. Throws <see cref="TooManyPathsException"/>.
    /// </summary>
    public static OrderedDictionary<string, int> Find(ReadOnlySpan<byte> text)
    {
        var lines = new LineTable();
        var reader = new Utf8JsonReader(text, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        });
        var places = new Stack<Place>();
        long seen = 0;
        var line = 1;
        while (reader.Read())
        {
            line += text[(int)seen..(int)reader.TokenStartIndex].Count((byte)'\n');
            seen = reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                places.Pop();
                continue;
            }
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                places.Peek().Name = NameOf(ref reader);
                continue;
            }
            var path = places.TryPeek(out var place) ? place.Next(lines) : "";
            lines.Add(path, line);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                places.Push(new Place(path, reader.TokenType == JsonTokenType.StartArray));
        }
        return lines.Lines;
    }

    static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: StrictJson refuses it, so any name will do here.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    /// <summary>An object or list that encloses the current position.</summary>
    sealed class Place(string path, bool isList)
    {
        int _index;

        public string Name { private get; set; } = "";

        public string Next(LineTable lines)
        {
            lines.Reserve(path.Length + Name.Length);
            return isList ? $"{path}[{_index++}]" : JsonProblems.Join(path, Name);
        }
    }
}
