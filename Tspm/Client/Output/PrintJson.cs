using System.Text.Encodings.Web;
using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// What <c>--json</c> prints. Unlike on the wire, members without a value are printed as null, because the contract
/// promises them to scripts; only a config holds nothing but what was said (see <see cref="JsonPrinter"/>).
/// </summary>
internal static class PrintJson
{
    /// <summary>Names in any script stay readable; control characters are escaped all the same.</summary>
    public static readonly WireJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
