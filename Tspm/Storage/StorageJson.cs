using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Protocol;

namespace Tspm.Storage;

/// <summary>
/// JSON options for files on disk. Unknown members are skipped on reading, so that the previous version can still read
/// the state after a downgrade. The type metadata is that of the wire, because each further source-generated context
/// costs a quarter of a megabyte.
/// </summary>
internal static class StorageJson
{
    /// <summary>Indented, for files that people read: <c>processes.json</c>, <c>daemon.state</c>.</summary>
    public static readonly WireJson Default = new(Options(indented: true));

    /// <summary>On one line, for records that are rewritten at every change.</summary>
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
