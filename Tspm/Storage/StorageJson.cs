using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Protocol;

namespace Tspm.Storage;

/// <summary>
/// The options for what Tspm keeps on disk. Unknown members are passed over on reading, so that a downgrade by one step
/// can read the state. The types' metadata is the wire's: one context for all, because each further one costs a quarter
/// of a megabyte.
/// </summary>
internal static class StorageJson
{
    /// <summary>For people to read: <c>processes.json</c>, <c>daemon.state</c>.</summary>
    public static readonly WireJson Default = new(Options(indented: true));

    /// <summary>One line: records that are rewritten at every change.</summary>
    public static readonly WireJson Compact = new(Options(indented: false));

    static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = indented,
    };
}
