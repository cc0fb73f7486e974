using System.Text.Encodings.Web;
using System.Text.Json;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Config;

namespace Tspm.Client.Commands;

/// <summary><c>schema</c>: prints the JSON Schema of config files, which is also in docs/tspm.schema.json.</summary>
[RegisterCommands]
internal sealed class SchemaCommand
{
    [Command("schema")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, _) =>
    {
        using (var json = new Utf8JsonWriter(session.Out.Buffer,
            new JsonWriterOptions
            {
                Indented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            })) ConfigSchema.Write(json);
        session.Out.WriteLine();
        return ExitCodes.Done;
    });
}
