using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>
/// The wire's types as the client reads them: members that a newer daemon added are passed over, where the daemon itself refuses what it does not know.
/// </summary>
internal static class Wire
{
    public static readonly WireJson Json = new(new JsonSerializerOptions(WireJson.Default.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip });
}
