using System.Text.Encodings.Web;
using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// The JSON of <c>--json</c>. Unlike on the wire, members without a value are printed as null, so that scripts always
/// find them. Only a config contains just the fields that were set (see <see cref="JsonPrinter"/>).
/// </summary>
internal static class PrintJson
{
    /// <summary>Keeps letters of every script readable, and still escapes control characters.</summary>
    public static readonly WireJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
