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

    /// <summary>
    /// A file that is larger than any of ours was written by somebody else, and only its end is read. Memory would not
    /// hold it, and the record must never keep a daemon from starting.
    /// </summary>
    const long MaxReadBytes = 16 * MaxBytes;

    /// <summary>
    /// Larger numbers come from damage: no home has had that many events, and the next one could not be counted.
    /// </summary>
    const long MaxSeq = 1L << 53;

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
            if (line.Length == 0 || line[0] != '{') return null;
            return JsonSerializer.Deserialize(line, Type) is { Seq: >= 0 and <= MaxSeq } happened ? happened : null;
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
            var begin = 0L;
            var content = Read(Older(path, number), ref begin, out _);
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

    /// <summary>Reads the complete lines of a file, starting at an offset, and moves the offset behind them.</summary>
    /// <returns>Empty if there is no such file.</returns>
    public static byte[] Read(string path, ref long offset, out ulong inode)
    {
        inode = 0;
        if (LogPart.Find(path, isGzip: false) is not { } part || part.Open() is not { } reader) return [];
        using (reader)
        {
            inode = part.Inode;
            var size = reader.Length;
            var from = Math.Max(offset, size - MaxReadBytes);
            var content = new byte[Math.Max(0, size - from)];
            var length = 0;
            while (length < content.Length && reader.Read(content.AsSpan(length), from + length) is > 0 and var count)
                length += count;
            var end = content.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            // Where something was left out, the first line is only the rest of one.
            var start = from == offset ? 0 : content.AsSpan(0, end).IndexOf((byte)'\n') + 1;
            offset = from + end;
            return content[start..end];
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
