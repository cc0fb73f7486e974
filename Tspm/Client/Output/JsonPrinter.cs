using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Client.Connection;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// Prints one JSON document per call, on one line, so that a program can read a stream of them line by line.
/// </summary>
internal static class JsonPrinter
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Print<T>(OutputWriter output, T value, JsonTypeInfo<T> type)
    {
        using (var json = new Utf8JsonWriter(output.Buffer, Options)) JsonSerializer.Serialize(json, value, type);
        output.WriteLine();
    }

    /// <summary>One object for one process, an array for several.</summary>
    public static void PrintDescriptions(OutputWriter output, IReadOnlyList<ProcessDescription> processes)
    {
        using (var json = new Utf8JsonWriter(output.Buffer, Options))
        {
            if (processes.Count != 1) json.WriteStartArray();
            foreach (var process in processes) Write(json, process);
            if (processes.Count != 1) json.WriteEndArray();
        }
        output.WriteLine();
    }

    /// <summary>Writes the members of the status and all other members into one object.</summary>
    static void Write(Utf8JsonWriter json, ProcessDescription process)
    {
        json.WriteStartObject();
        using (var status = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(process.Status,
            PrintJson.Readable.ProcessStatus)))
            foreach (var member in status.RootElement.EnumerateObject()) member.WriteTo(json);
        json.WritePropertyName("config"u8);
        JsonSerializer.Serialize(json, process.Config, Wire.Json.ProcessConfig);
        json.WritePropertyName("tree"u8);
        JsonSerializer.Serialize(json, process.Tree, PrintJson.Readable.IReadOnlyListTreeMember);
        json.WritePropertyName("recentExits"u8);
        JsonSerializer.Serialize(json, process.RecentExits, PrintJson.Readable.IReadOnlyListRecentExit);
        json.WritePropertyName("listen"u8);
        JsonSerializer.Serialize(json, process.Listen, PrintJson.Readable.IReadOnlyListString);
        if (process.StatusText is { } said) json.WriteString("statusText"u8, said);
        if (process.ProbeProblem is { } problem) json.WriteString("probeProblem"u8, problem);
        if (process.ReadyNote is { } note) json.WriteString("readyNote"u8, note);
        if (process.WatchProblem is { } unwatched) json.WriteString("watchProblem"u8, unwatched);
        if (process.Pending is { } pending)
        {
            json.WritePropertyName("pending"u8);
            JsonSerializer.Serialize(json, pending, PrintJson.Readable.IReadOnlyListString);
        }
        json.WriteEndObject();
    }
}
