using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Json;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// The types of the wire as the client reads them. The client ignores members that a newer daemon added, whereas the
/// daemon refuses unknown members. The other options equal those of <see cref="WireJson"/>; they are repeated here
/// because copying them would build that context as well, at every start.
/// </summary>
internal static class Wire
{
    public static readonly WireJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = MinimalJsonEncoder.Instance,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
