using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Logs.Reading;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Events;

/// <summary>
/// The files of the event log: <c>events.jsonl</c> and, from newer to older, <c>.1</c>, <c>.2</c> …, with one JSON
/// object per line. Each is small enough to be read into memory. Lines that cannot be parsed (truncated by a kill, or
/// written by a version with another format) are skipped.
/// </summary>
internal static class EventFiles
{
    /// <summary>Size of one file: about 3000 events.</summary>
    public const long MaxBytes = 1 << 20;

    /// <summary>Number of rotated files that are kept.</summary>
    public const int Kept = 5;

    /// <summary>Skips unknown members, which later versions may have written.</summary>
    static readonly WireJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    static JsonTypeInfo<ProcessEvent> Type => Json.ProcessEvent;

    /// <summary>The path of the rotated file with this number; 0 is the newest file itself.</summary>
    public static string Older(string path, int number) => number == 0 ? path : $"{path}.{number}";

    /// <summary>The event as one line, including the line break.</summary>
    public static byte[] Line(ProcessEvent happened) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(happened, Type), (byte)'\n'];

    /// <summary>Parses a line without its line break.</summary>
    /// <returns>Null if the line is not an event.</returns>
    public static ProcessEvent? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.Length == 0 || line[0] != '{' ? null : JsonSerializer.Deserialize(line, Type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Enumerates all events, newest first, each exactly once even if the files are rotated meanwhile. Yields null
    /// after each file, so that the caller can give other work a turn.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IEnumerable<ProcessEvent?> Newest(string path)
    {
        var before = long.MaxValue;
        for (var number = 0; number <= Kept; number++)
        {
            var content = Read(Older(path, number), 0, out _);
            var end = content.Length;
            while (end > 0)
            {
                var start = content.AsSpan(0, end - 1).LastIndexOf((byte)'\n') + 1;
                var happened = Parse(content.AsSpan(start, end - start).TrimEnd((byte)'\n'));
                end = start;
                if (happened is null || happened.Seq >= before) continue;
                before = happened.Seq;
                yield return happened;
            }
            yield return null;
        }
    }

    /// <summary>Reads the complete lines of a file, starting at an offset.</summary>
    /// <returns>Empty if there is no such file.</returns>
    public static byte[] Read(string path, long from, out ulong inode)
    {
        inode = 0;
        if (LogPart.Find(path, isGzip: false) is not { } part || part.Open() is not { } reader) return [];
        using (reader)
        {
            inode = part.Inode;
            var content = new byte[Math.Max(0, reader.Length - from)];
            var length = 0;
            while (length < content.Length && reader.Read(content.AsSpan(length), from + length) is > 0 and var count)
                length += count;
            return content[..(content.AsSpan(0, length).LastIndexOf((byte)'\n') + 1)];
        }
    }

    /// <summary>Renames every file to the next number, which deletes the oldest.</summary>
    public static void Rotate(string path)
    {
        for (var number = Kept - 1; number >= 0; number--)
            if (File.Exists(Older(path, number)))
                File.Move(Older(path, number), Older(path, number + 1), overwrite: true);
    }
}
