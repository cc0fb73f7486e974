using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Logs.Reading;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Events;

/// <summary>
/// The files of the events: <c>events.jsonl</c> and, older, <c>.1</c>, <c>.2</c> …; a JSON object a line. Small enough
/// that one of them can be read whole. A line that cannot be read (cut by a kill, of a version with other ideas) is
/// passed over.
/// </summary>
internal static class EventFiles
{
    /// <summary>Of one file, about 3000 events.</summary>
    public const long MaxBytes = 1 << 20;

    /// <summary>Older files.</summary>
    public const int Kept = 5;

    /// <summary>Members of later versions are passed over.</summary>
    static readonly WireJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    static JsonTypeInfo<ProcessEvent> Type => Json.ProcessEvent;

    public static string Older(string path, int number) => number == 0 ? path : $"{path}.{number}";

    /// <summary>One line, with its break.</summary>
    public static byte[] Line(ProcessEvent happened) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(happened, Type), (byte)'\n'];

    /// <summary>Null: not an event.</summary>
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
    /// All events, the newest first, each once also when files are rotated meanwhile. Null in between: a file is done,
    /// others may have their turn.
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

    /// <summary>The whole lines of a file from an offset on; empty when there is no such file.</summary>
    public static byte[] Read(string path, long from, out ulong inode)
    {
        inode = 0;
        if (LogPart.Look(path, isGzip: false) is not { } part || part.Open() is not { } reader) return [];
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

    /// <summary>Makes room: every file gets the next number, the oldest goes.</summary>
    public static void Rotate(string path)
    {
        for (var number = Kept - 1; number >= 0; number--)
            if (File.Exists(Older(path, number)))
                File.Move(Older(path, number), Older(path, number + 1), overwrite: true);
    }
}
