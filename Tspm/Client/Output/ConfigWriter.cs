using System.Text.Encodings.Web;
using System.Text.Json;
using Tspm.Client.Connection;
using Tspm.Model.Config;

namespace Tspm.Client.Output;

/// <summary>Writes a config file in JSON, for people to read and change.</summary>
internal static class ConfigWriter
{
    static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
    };

    /// <summary>Without the daemon's own members: a number, a former id.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="configs">Of the processes.</param>
    /// <param name="project">What they belong to; null: the folder in which the file is going to lie.</param>
    public static void Write(OutputWriter output, IReadOnlyList<ProcessConfig> configs, string? project = null)
    {
        using (var json = new Utf8JsonWriter(output.Buffer, Options))
        {
            json.WriteStartObject();
            if (project is not null) json.WriteString("project"u8, project);
            json.WriteStartArray("processes"u8);
            foreach (var config in configs)
                JsonSerializer.Serialize(json, config with { Id = null, LegacyId = null }, Wire.Json.ProcessConfig);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteLine();
    }
}
