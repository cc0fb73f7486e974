using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// What <c>--json</c> prints. Unlike on the wire, members without a value are printed as null, because the contract promises them to scripts;
/// only a config holds nothing but what was said (see <see cref="JsonPrinter"/>).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(IReadOnlyList<ProcessStatus>))]
[JsonSerializable(typeof(ProcessStatus))]
[JsonSerializable(typeof(IReadOnlyList<TreeMember>))]
[JsonSerializable(typeof(IReadOnlyList<RecentExit>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(ProcessEnvironment)), JsonSerializable(typeof(IReadOnlyList<ProcessEnvironment>))]
[JsonSerializable(typeof(IReadOnlyList<PidEntry>))]
[JsonSerializable(typeof(StatusResponse)), JsonSerializable(typeof(PingResponse)), JsonSerializable(typeof(VersionEntry))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(StartResponse)), JsonSerializable(typeof(AddResponse)), JsonSerializable(typeof(StopResponse)), JsonSerializable(typeof(RestartResponse))]
[JsonSerializable(typeof(DeleteResponse)), JsonSerializable(typeof(SignalResponse)), JsonSerializable(typeof(ResetResponse)), JsonSerializable(typeof(RenameResponse))]
[JsonSerializable(typeof(SetResponse)), JsonSerializable(typeof(FlushResponse)), JsonSerializable(typeof(SendResponse))]
internal sealed partial class PrintJson : JsonSerializerContext
{
    /// <summary>Names in any script stay readable; control characters are escaped all the same.</summary>
    public static readonly PrintJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>One line of <c>pid --json</c>.</summary>
internal sealed record PidEntry(int Id, string Name, int Instance, int? Pid);

/// <summary><c>version --json</c>; the daemon's is null when none runs.</summary>
internal sealed record VersionEntry(string Client, string? Daemon);
