using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// Writes a line of <c>logs --json</c>. It is written member by member, because it differs from the wire's line (the
/// time is local, and an unknown value is null instead of missing), and because there may be millions of lines.
/// </summary>
internal static class LogJson
{
    public static void Print(OutputWriter output, LogLine line)
    {
        using (var json = new Utf8JsonWriter(output.Buffer, JsonPrinter.Options)) Write(json, line);
        output.WriteLine();
    }

    static void Write(Utf8JsonWriter json, LogLine line)
    {
        json.WriteStartObject();
        WriteText(json, "time"u8, line.Time is null ? null : LogPrinter.TimeOf(line.Time));
        json.WriteNumber("id"u8, line.Id);
        json.WriteString("name"u8, line.Name);
        json.WriteNumber("instance"u8, line.Instance);
        json.WriteString("stream"u8, line.Stream);
        WriteText(json, "run"u8, line.RunId);
        json.WriteNumber("seq"u8, line.Seq);
        if (line.LostBytes is { } lost)
        {
            json.WriteNumber("lostBytes"u8, lost);
            WriteText(json, "lostBecause"u8, line.LostBecause);
        }
        else
        {
            if (line.Base64 is { } bytes) json.WriteString("base64"u8, bytes);
            else WriteText(json, "text"u8, line.Text ?? "");
            json.WriteBoolean("partial"u8, line.Partial);
            if (line.Context == true) json.WriteBoolean("context"u8, true);
        }
        json.WriteEndObject();
    }

    static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> member, string? text)
    {
        if (text is null) json.WriteNull(member);
        else json.WriteString(member, text);
    }
}
