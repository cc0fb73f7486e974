using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Json;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// The wire's types as the client reads them: members that a newer daemon added are passed over, where the daemon
/// itself refuses what it does not know. The other options are those of <see cref="WireJson"/>, written out because
/// copying them would build that context too, at every start.
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
