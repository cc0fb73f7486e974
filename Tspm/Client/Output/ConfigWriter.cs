using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tspm.Client.Connection;
using Tspm.Model.Config;

namespace Tspm.Client.Output;

/// <summary>Writes a config file in JSON, formatted for people to read and edit.</summary>
internal static class ConfigWriter
{
    static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
    };

    /// <summary>Writes the configs without the fields that the daemon sets itself: the ids.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="configs">The configs of the processes.</param>
    /// <param name="project">Their project; null for the folder in which the file will be saved.</param>
    public static void Write(OutputWriter output, IReadOnlyList<ProcessConfig> configs, string? project = null)
    {
        Write(output.Buffer, configs, project);
        output.WriteLine();
    }

    /// <summary>The same as a text.</summary>
    public static string TextOf(IReadOnlyList<ProcessConfig> configs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, configs, project: null);
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    static void Write(IBufferWriter<byte> output, IReadOnlyList<ProcessConfig> configs, string? project)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        if (project is not null) json.WriteString("project"u8, project);
        json.WriteStartArray("processes"u8);
        foreach (var config in configs)
            JsonSerializer.Serialize(json, config with { Id = null, LegacyId = null }, Wire.Json.ProcessConfig);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
