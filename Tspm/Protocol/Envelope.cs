using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tspm.Protocol;

// A member with an initial value is `set`, not `init`: the source generator passes every `init` member to the object
// initialiser, so that a member missing in the JSON would become null or false instead of its initial value.

/// <summary>
/// A JSON-RPC 2.0 request as it arrives on the wire. The parameters stay JSON until the method is known.
/// </summary>
internal sealed class RpcRequest
{
    public string Jsonrpc { get; set; } = "2.0";

    /// <summary>A number or a string; absent in a notification.</summary>
    public JsonElement Id { get; init; }

    public string Method { get; set; } = "";

    public JsonElement Params { get; init; }

    /// <summary>
    /// If a request is repeated with the same key after its answer was lost, it is not carried out twice.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>An answer, with exactly one of <see cref="Result"/> and <see cref="Error"/>.</summary>
internal sealed class RpcResponse
{
    public string Jsonrpc { get; set; } = "2.0";

    /// <summary>The id of the request; null if the request could not be read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement Id { get; init; }

    public JsonElement Result { get; init; }

    public RpcError? Error { get; init; }
}

/// <summary>The error of a failed request.</summary>
internal sealed class RpcError
{
    /// <summary>One of <see cref="ErrorCode"/>.</summary>
    public required int Code { get; init; }

    /// <summary>One sentence for people: what is wrong, where, and what to do.</summary>
    public required string Message { get; init; }

    public RpcErrorData? Data { get; init; }
}

/// <summary>The details of an error, for programs.</summary>
internal sealed class RpcErrorData
{
    /// <summary>Path of the offending member, such as <c>params.config.restart.delayMs</c>.</summary>
    public string? Path { get; init; }
    public string? Expected { get; init; }
    public string? Found { get; init; }
    /// <summary>What to do about the error.</summary>
    public string? Hint { get; init; }
    /// <summary>
    /// Set if the rate limit was exceeded: milliseconds until the request may be sent again. It was not started.
    /// </summary>
    public int? RetryAfterMs { get; init; }
}

/// <summary>A message without an answer: one item of a stream.</summary>
internal sealed record RpcNotification<T>
{
    public string Jsonrpc { get; set; } = "2.0";
    public required string Method { get; init; }
    public required T Params { get; init; }
}
